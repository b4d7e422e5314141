"""A file, whatever its name says: what it is, what is packed in it, and in which encoding.

file.py        a file -> its table, by the reader of what it is
contents.py    what a file is, by its first bytes
packed.py      what .gz, .bz2, .xz, .zst and .zip hold, up to a size
decoding.py    bytes -> text; guessing.py where neither a mark nor UTF-8 tells the encoding
pointers.py    a file that only says where LFS, DVC or git-annex keep its content
"""
