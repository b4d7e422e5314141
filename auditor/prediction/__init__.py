"""Stage 3: what will be forgotten, how far, and how surely that is known.

    folds.py        which rows must stay together, and folds that keep them so
    probes.py       many small models trained as one batched tensor program
    out_of_fold.py  what such probes, and the words (`words.py`), say of rows they have not seen
    label_noise.py  whether texts tell their labels at all, and what share of these is wrong:
                    how far agreement with a sure probe falls short (`lapse.py`)
    frame_alone.py  what frames alone, the content masked, give away of the labels
    illusion.py     what templates on both sides of a random split add to its accuracy
    rungs.py        the ladder of probes: from one update, features of each old category
    estimate.py     features -> expected drop, interval and curve, by coefficients that were
                    fitted on measured updates (`coefficients.json`, made by `fitting.py`)
    coefficient_file.py  the file of `--coefficients`, held to what the forecast needs
    simulated.py    which updates stand in for the one that is not given
    scenes.py       the old data with the update that is given, or simulated ones
    training.py     an encoder with a head: the loop that trains and reads it
    reading.py      what is read of a fine-tune at each checkpoint
    movement.py     how far weights move, and those that the old data rests on
    loss.py         what an update takes of a category: which share, and when
    finetune.py     a real fine-tune, on the old rows and then on an update
    mitigations/    what may keep the old categories, tried beside the update alone
    measuring.py    the rung `full`: the given update really made, on a sample, and kept
    budget.py       which rung fits the seconds that the forecast may take
    leaving_out.py  which categories to leave out as updates, and what is then left
    backtest.py     measured updates of the user's own data, against forecasts of them
    forecast.py     the forecast for the update that is given, or for simulated ones

What is forgotten on a frozen backbone does not carry to full fine-tuning by itself (Jin & Ren, ICML
2024), so probes are not fine-tuned: they measure how the update's text looks to a model of the
old data, and the coefficients say what that has meant. Only `full` trains the encoder itself.
"""
