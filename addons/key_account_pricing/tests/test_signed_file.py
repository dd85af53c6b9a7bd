import base64

from odoo.tests import TransactionCase, tagged

from ..tools.signed_file import (
    DRAWING,
    LETTER,
    decode,
    find_problem,
    get_ending,
    get_sentences,
)
from .common import PDF, PNG

JPG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffdb00430001")
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"


@tagged("post_install", "-at_install")
class TestSignedFile(TransactionCase):
    """Uploads are judged by what they are, in one place for letters and drawings."""

    def test_the_content_decides(self):
        for content, letter, drawing in (
            (PDF, None, "file_type"),
            (PNG, None, None),
            (JPG, None, None),
            (SVG, "file_type", "file_type"),
            (b"<html></html>", "file_type", "file_type"),
            (b"", "file_empty", "file_empty"),
            (PDF + b" " * LETTER.limit, "file_size", "file_size"),
            (PNG + b" " * DRAWING.limit, None, "file_size"),
        ):
            with self.subTest(content[:9]):
                self.assertEqual(find_problem(content, LETTER), letter)
                self.assertEqual(find_problem(content, DRAWING), drawing)

    def test_a_name_ends_in_what_is_accepted(self):
        for name, problem in (
            ("letter.pdf", None),
            ("LETTER.PDF", None),
            ("scan.jpeg", None),
            ("C:\\scans\\letter.pdf", None),
            ("letter.exe", "file_type"),
            ("letter.pdf.exe", "file_type"),
            ("letter\0.pdf", "file_type"),
            ("pdf", "file_type"),
            ("", "file_type"),
        ):
            with self.subTest(name):
                self.assertEqual(find_problem(PDF, LETTER, name), problem)

    def test_what_is_no_base64_is_no_file(self):
        self.assertEqual(decode(base64.b64encode(PDF)), PDF)
        self.assertEqual(decode(base64.b64encode(PDF).decode()), PDF)
        self.assertEqual(decode(base64.encodebytes(PDF)), PDF)
        for data in (None, False, b"", ""):
            self.assertEqual(find_problem(decode(data), LETTER), "file_empty")
        for data in (5, "A", "ü"):
            self.assertEqual(find_problem(decode(data), LETTER), "file_type")

    def test_the_ending_is_that_of_the_content(self):
        endings = [get_ending(content, LETTER) for content in (PDF, PNG, JPG)]
        self.assertEqual(endings, ["pdf", "png", "jpg"])

    def test_each_code_has_a_sentence_that_names_the_document(self):
        sentences = get_sentences(self.env, LETTER, "S7")
        self.assertEqual(set(sentences), {"file_empty", "file_size", "file_type"})
        for sentence in sentences.values():
            self.assertIn("S7", sentence)
        self.assertIn("10 MB", sentences["file_size"])
        self.assertIn("PDF, PNG, or JPG", sentences["file_type"])
        drawn = get_sentences(self.env, DRAWING, "S7")
        self.assertIn("PNG or JPG", drawn["file_type"])
