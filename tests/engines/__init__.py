"""Engines for tests: the real object model of xlwings over IronCalc and over LibreOffice, with the manners of Excel."""
