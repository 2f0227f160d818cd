#!/usr/bin/env python3
"""Spreadsheets by openpyxl, which shares no code with ours: made for our reader, and ours read back.

  sheets.py make KIND FILE      typical, dates1904, and hostile packages made with zipfile
  sheets.py read FILE           every sheet as JSON: name, state, rows, merges
  sheets.py catalogue KIND FILE the national catalogue spreadsheet, as departments fill it
"""
import datetime
import io
import json
import struct
import sys
import zipfile

import openpyxl
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont


def typical(is1904=False):
    book = openpyxl.Workbook()
    if is1904:
        book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    sheet = book.active
    sheet.title = "目录"
    sheet["A1"] = "政务信息资源目录"
    sheet.merge_cells("A1:C1")
    sheet["A2"] = 110
    sheet["B2"] = "0110"
    sheet["C2"] = 7
    sheet["C2"].number_format = "00000"
    sheet["A3"] = datetime.date(2024, 2, 29)
    sheet["B3"] = datetime.datetime(1900, 3, 1) if not is1904 else datetime.datetime(1904, 1, 2)
    sheet["C3"] = True
    sheet["A4"] = CellRichText("一般", TextBlock(InlineFont(b=True), "加粗"))
    sheet["B4"] = "=1+1"
    sheet["C4"] = " 前后有空格 "
    sheet["A5"] = 1.5
    sheet["B5"] = 440102199001010000
    sheet["XFD5"] = None
    hidden = book.create_sheet("旧表")
    hidden["A1"] = "不读"
    hidden.sheet_state = "hidden"
    second = book.create_sheet("第二张")
    second["B2"] = "在"
    return book


def package(parts, edit=None):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts:
            archive.writestr(name, content)
    return buffer.getvalue()


def parts_of(book):
    buffer = io.BytesIO()
    book.save(buffer)
    with zipfile.ZipFile(buffer) as archive:
        return [(name, archive.read(name)) for name in archive.namelist()]


def replaced(name, change):
    return package([(n, change(c) if n == name else c) for n, c in parts_of(typical())])


def shared(more=b"", index=0):
    """The strings of the first sheet apart, as Excel writes them: rich text in runs, with its pronunciation beside it."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    strings = ('<sst xmlns="%s"><si><r><t>一</t></r><r><rPr><b/></rPr><t xml:space="preserve"> 二</t></r>'
               '<rPh sb="0" eb="1"><t>yi</t></rPh><phoneticPr fontId="1"/></si><si><t>_x0041_&amp;&#x4E09;</t></si>' % main).encode()
    cells = '<c r="A1" t="s"><v>%d</v></c><c r="B1" t="s"><v>1</v></c><c r="C1" t="str"><f>A1</f><v>三</v></c>' % index
    changes = {
        "xl/worksheets/sheet1.xml": lambda c: (
            '<worksheet xmlns="%s"><sheetData><row r="1">%s</row></sheetData></worksheet>' % (main, cells)).encode(),
        "xl/_rels/workbook.xml.rels": lambda c: c.replace(
            b"</Relationships>",
            b'<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"'
            b' Target="sharedStrings.xml"/></Relationships>'),
    }
    parts = [(n, changes.get(n, lambda c: c)(c)) for n, c in parts_of(typical())]
    return package(parts + [("xl/sharedStrings.xml", strings + more + b"</sst>")])


def hostile(kind):
    sheet = "xl/worksheets/sheet1.xml"
    plain = package(parts_of(typical()))
    if kind == "bomb":
        return replaced(sheet, lambda c: c.replace(b"<sheetData>", b"<sheetData>" + b" " * (300 << 20)))
    if kind == "shared":
        return shared()
    if kind == "traversal":
        return package(parts_of(typical()) + [("../../etc/passwd", b"x")])
    if kind == "truncated":
        return plain[: len(plain) * 2 // 3]
    if kind == "duplicate":
        import warnings
        warnings.simplefilter("ignore")
        return package(parts_of(typical()) + [(sheet, b"<worksheet/>")])
    if kind == "encrypted":
        at = plain.rindex(b"PK\x01\x02")
        return plain[: at + 8] + struct.pack("<H", 1) + plain[at + 10 :]
    if kind == "entities":
        laughs = b'<!DOCTYPE l [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
        return replaced(sheet, lambda c: laughs + c[c.index(b"<worksheet") :])
    if kind == "deep":
        return replaced(sheet, lambda c: c.replace(b"<sheetData>", b"<sheetData>" + b"<a>" * 5000))
    if kind == "strings":
        return shared(b"<si><t>" + b"x" * 400_000 + b"</t></si>")
    if kind == "checksum":
        at = plain.rindex(b"PK\x01\x02", 0, plain.rindex(sheet.encode()))
        return plain[: at + 16] + b"\x00\x00\x00\x01" + plain[at + 20 :]
    if kind == "index":
        return shared(b"", index=99999)
    if kind == "rows":
        return replaced(sheet, lambda c: c.replace(b'<row r="2"', b'<row r="1"'))
    if kind == "old":
        return bytes.fromhex("D0CF11E0A1B11AE1") + b"\0" * 600
    if kind == "locked":
        return bytes.fromhex("D0CF11E0A1B11AE1") + b"\0" * 600 + "EncryptedPackage".encode("utf-16le")
    if kind == "html":
        return b"<html><table><tr><td>1</td></tr></table></html>"
    if kind == "ods":
        return package([("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", b"<x/>")])
    if kind == "xlsb":
        return package([("[Content_Types].xml", b"<Types/>"), ("xl/workbook.bin", b"x")])
    raise SystemExit(kind)


UPPER = ["信息资源分类", None, None, None, "信息资源名称", "信息资源代码", "信息资源提供方", "资源提供方代码", "信息资源摘要",
         "信息资源格式", None, "信息项信息", None, None, "共享属性", None, None, None, "开放属性", None, "更新周期", "发布日期",
         "关联资源代码"]
LOWER = ["类", "项", "目", "细目", None, None, None, None, None, "信息资源格式分类", "信息资源格式类型", "信息项名称*",
         "数据类型", "数据长度", "共享类型", "共享条件", "共享方式分类", "共享方式类型", "是否向社会开放", "开放条件", None, None, None]


def resource(title, code="2010010001/000001", provider="民政局", owner="11441400007",
             form="数据库", mode="数据库", items=(("姓名", "字符型C", 20), ("登记日期", "日期型D", None))):
    first = ["部门信息资源", "民政", "婚姻", None, title, code, provider, owner, "摘要", form, "KingbaseES", None, None, None,
             "有条件共享", "仅限核对", "共享平台方式", mode, "否", None, "每月", datetime.date(2024, 3, 4), None]
    rows = []
    for index, item in enumerate(items):
        row = list(first) if index == 0 else [None] * len(first)
        row[11:14] = item
        rows.append(row)
    return rows


def catalogue(kind):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "目录"
    sheet.append(["××市民政局政务信息资源目录"])
    sheet.append(UPPER)
    sheet.append(LOWER)
    sheet.merge_cells("A1:W1")
    sheet.merge_cells("A2:D2")
    sheet.merge_cells("J2:K2")
    sheet.merge_cells("L2:N2")
    sheet.merge_cells("O2:R2")
    sheet.merge_cells("S2:T2")
    for column in "EFGHIUVW":
        sheet.merge_cells(f"{column}2:{column}3")
    if kind == "good":
        for row in resource("婚姻登记信息"):
            sheet.append(row)
        for column in "ABCDEFGHIJKOPQRSTUVW":
            sheet.merge_cells(f"{column}4:{column}5")
        for row in resource("火化信息", code="2010010001/000002", form="电子文件", mode="文件"):
            sheet.append(row)
        sheet.append(["合计", None, None, None, 2])
        sheet.append(["填表人：李四", None, None, None, "2024年"])
        hidden = book.create_sheet("往年")
        hidden["A1"] = "x"
        hidden.sheet_state = "hidden"
        book.create_sheet("说明")["A1"] = "填表说明"
    else:
        wrong = [
            resource("婚姻登记系统"),
            resource("低保信息", code="201", form="电子文件"),
            resource("低保 信息（）", code="2010010001/000003", owner="11441400008"),
            resource("甲类名录1", code="2010010001/000004"),
            resource("甲类名录2", code=2010010001, items=(("年龄", "整数型", "3位"),)),
            resource("甲类名录3", code="2010010001/000006", items=(("姓名", "C", 20), ("姓 名", "C", 20))),
            resource("骨灰信息", code="2010010001/000007", items=[(f"第{n}项", "C", 10 + n) for n in "一二三四五六" for n in ["一二三四五六".index(n)]]),
        ]
        for rows in wrong:
            for row in rows:
                sheet.append(row)
    return book


def main():
    mode, *rest = sys.argv[1:]
    if mode == "make":
        kind, path = rest
        if kind in ("typical", "dates1904"):
            typical(kind == "dates1904").save(path)
        else:
            open(path, "wb").write(hostile(kind))
    elif mode == "catalogue":
        catalogue(rest[0]).save(rest[1])
    elif mode == "read":
        book = openpyxl.load_workbook(rest[0])
        print(json.dumps([
            {"name": sheet.title, "hidden": sheet.sheet_state != "visible",
             "rows": [["" if v is None else str(v) for v in row] for row in sheet.iter_rows(values_only=True)],
             "types": sorted({c.data_type for row in sheet.iter_rows() for c in row}),
             "merges": sorted(str(m) for m in sheet.merged_cells.ranges)}
            for sheet in book.worksheets]))


main()
