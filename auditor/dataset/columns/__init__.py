"""Which column is what.

roles.py          the text, the label and the rest; text_choice.py and label_choice.py choose, by
                  names.py, what columns are called, and profile.py, what they hold
joining.py        several columns that are one text, or a label each
annotators.py     texts that several annotators labelled, columns that look like annotators
"""
