"""Tables as people exchange them: reading and writing XLSX and CSV, columns, templates.

Knows neither web nor database nor any domain; the registers tell it their columns.
"""
