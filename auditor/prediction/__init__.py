"""Stage 3: what an update will make a model forget, how far, and how surely that is known.

The base task
    folds.py              which rows must stay in one fold, and folds that keep them so
    probes.py             many small models trained as one batched tensor program
    words.py              words of texts, and a naive Bayes of them
    out_of_fold.py        what probes predict for rows that they were not trained on
    pattern_alone.py      what templates alone, the content masked, reveal of the labels
    template_leakage.py   what templates on both sides of a random split add to its accuracy

Wrong labels
    label_noise.py       whether texts predict their labels at all, and the share of wrong ones
    lapse.py             that share, from how agreement with a probe rises with its sureness
    label_probes.py      three models that judge each label without having seen its row
    planted_errors.py    their scores -> probabilities, by errors planted in the user's own rows
    label_errors.py      the probability that each label is wrong

Forgetting
    simulated.py          which updates stand in for the one that is not given
    scenarios.py          the base task with the update that is given, or simulated ones
    features/             what can be known of each old category in a scenario, by fidelity
    rollout.py            small models on frozen embeddings, taught the old rows, then the update
    estimate.py           features -> outcomes, intervals and curves, by fitted coefficients
    forecast.py           the forecast, of the given update or of simulated ones
    doubts.py             why a drop cannot be estimated
    category_forecast.py  one category of it, from what is expected and the ends of its intervals
    set_forecast.py       what the update takes of all categories together
    solid_set.py          what it would take of a set that is solidly learnt
    own_recipe.py         the forecast in the steps of the user's own recipe
    forgetting.py         which share of a category an update takes, and when
    fine_tuning/          a real fine-tune on the update, and what it does to each category
    mitigations/          what may keep the old categories, each measured against the update alone
    claims/               whether what they keep has flaws, measured on the user's own data

Coefficients (`coefficients.json`, those shipped)
    leave_out.py          which categories to leave out as updates, and the base task that is left
    measured_update.py    one such update, really made, kept in a file
    measured.py           one real update as coefficients are fitted to it
    backtest.py           many of them, against their forecasts
    fitting.py            coefficients from measured updates, scored on datasets left out of the fit
    fit_weights.py        the weights, levels, spreads and curve that they are
    fit_solid.py          what damage adds, from pairs of sets that differ in nothing else
    coefficient_file.py   the file of `--coefficients`, checked for what the forecast needs

What is forgotten on a frozen backbone does not carry to full fine-tuning by itself (Jin & Ren, ICML
2024): how far all categories fall is what roll-outs lose, who falls first is what resembles the
update, and the coefficients say what that has meant. Only `full` trains the encoder itself.
"""
