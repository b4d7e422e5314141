"""A folder of files that are one dataset.

huggingface.py    as Hugging Face saves it; hub_files.py chooses its files, by what the folder
                  says of itself (hub_card.py)
shards.py         files that are one table; splits.py which split a name speaks of
class_folders.py  a folder for each label, a file for each text
"""
