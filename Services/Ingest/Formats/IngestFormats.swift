// CSV, JSON lines and GB18030 as rows of text.
