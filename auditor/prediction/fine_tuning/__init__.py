"""A real fine-tune: the model is trained on the old rows, then on an update, and evaluated.

training.py         an encoder with a linear head, and the loop that trains it
trained_weights.py  which weights a recipe trains: all, upper layers, LoRA's
evaluation.py       what is measured at each checkpoint
fisher.py           how much the old rows tell of each weight
weight_shift.py     how far each layer moves, and the weights that the old data rests on
taught.py           a model that was taught the old rows, and the updates that branch from it
branch.py           one such update, as a mitigation is given it to make
mitigated.py        what mitigations kept, estimated from a few runs, and whether it saves
fine_tune.py        the fine-tune of one update: a run a seed, other rates, mitigations
effort.py           how much of the data a trial fine-tunes, how often and for how many steps
trial.py            the probe fidelity `full`: the given update on a sample of rows, and kept
budget.py           which probe fidelity fits the seconds that the forecast may take
"""
