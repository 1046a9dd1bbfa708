"""Kinds as bits and levels: what a token looks like and may begin, and the classes of what the lexicon finds."""

from __future__ import annotations

# What a token looks like, and what it may begin; one bit each. CAP: begins with a capital. UPPER: all capitals, two or
# more. ROAD: a road's code in one token, `QL8A`, `TL9`. NAME: a family name. LOCATIVE: a word that announces a place.
CAP, UPPER, DIGIT, LOWER = 1, 2, 4, 8
AGENCY, PERSON, PLACE, AMOUNT, DRUG, NAME, LOCATIVE, ROAD = 16, 32, 64, 128, 256, 512, 1024, 2048
RULE = 4096  # a rule of rules/*.txt may begin here
LISTED = 8192  # a name of the gazetteer may begin here
TRIGGER = AGENCY | PERSON | PLACE | AMOUNT | NAME | LOCATIVE | RULE

# Agencies (see lexicon/agencies.tsv).
BODY, OWN, UNIT, OUTSIDE, CODE, INSTITUTION = 1, 2, 4, 8, 16, 32

# Persons. COMRADE: said of those who act for a body. ROLE: what a private person is called. KIN: said of private
# persons, and of officials named before.
RANK, POST, TITLE, ROLE, COMRADE, KIN = 1, 2, 4, 8, 16, 32

# Amounts (see lexicon/amounts.tsv).
MEASURE, SEIZED, CLASSIFIER, COUNTED, SINGLE, TIME, PARTY = 1, 2, 4, 8, 16, 32, 64

# How far down the administration a place is. A place further up after a comma is another level of an address, not a
# coordinated name.
COUNTRY, REGION, PROVINCE, DISTRICT, COMMUNE, VILLAGE, OTHER = range(7)
