"""Stage 3: what will be forgotten, how far, and how surely that is known.

    folds.py        which rows must stay together, and folds that keep them so
    probes.py       many small models trained as one batched tensor program
    out_of_fold.py  what such probes, and the words (`words.py`), say of rows they have not seen
    label_noise.py  whether texts tell their labels at all, and what share of these is wrong:
                    how far agreement with a sure probe falls short (`lapse.py`)
    label_errors.py which labels look wrong to three models (`label_probes.py`), by how many errors
                    planted among them are found (`spike_in.py`)
    pattern_alone.py  what a template's pattern alone, the content masked, says of the label
    template_leakage.py  what templates on both sides of a random split add to its accuracy
    fidelities.py   the probes by fidelity: from one update, features of each old category
    estimate.py     features -> expected drop, interval and curve, by coefficients that were
                    fitted on measured updates (`coefficients.json`, made by `fitting.py`)
    coefficient_file.py  the file of `--coefficients`, checked for what the forecast needs
    simulated.py    which updates stand in for the one that is not given
    scenarios.py    the base task with the update that is given, or with simulated ones
    forgetting.py   what an update takes of a category: which share, and when
    fine_tuning/    a real fine-tune, on the old rows and then on an update: `trial` is the
                    fidelity `full`
    mitigations/    what may keep the old categories, measured besides the update alone
    leave_out.py    which categories to leave out as updates, and what is then left
    backtest.py     measured updates of the user's own data, against forecasts of them
    forecast.py     the forecast for the update that is given, or for simulated ones

What is forgotten on a frozen backbone does not carry to full fine-tuning by itself (Jin & Ren, ICML
2024), so probes are not fine-tuned: they measure how the update's text looks to a model of the
old data, and the coefficients say what that has meant. Only `full` trains the encoder itself.
"""
