/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-mime-message.h"

#include <string.h>

#include "tern-error.h"
#include "tern-mime-decoder.h"

static TernMimeMessage *
parse (const char *text)
{
  g_autoptr (GBytes) raw = g_bytes_new (text, strlen (text));
  g_autoptr (GError) error = NULL;
  TernMimeMessage *message = tern_mime_message_new (raw, &error);

  g_assert_no_error (error);
  return message;
}

static void
assert_text (TernMimeMessage *message, const char *part_id, const char *expected)
{
  const TernStructure *part =
      tern_structure_find (tern_mime_message_get_structure (message), part_id);
  g_autoptr (GBytes) content = tern_mime_message_get_part (message, part_id, NULL);
  g_autofree char *text = NULL;

  g_assert_nonnull (part);
  g_assert_nonnull (content);
  text = tern_mime_decode_text (g_bytes_get_data (content, NULL), g_bytes_get_size (content),
                                part->charset, part->mime_type);
  g_assert_cmpstr (text, ==, expected);
}

static void
test_broken (void)
{
  static const char *const TEXTS[] = {
    "",
    "\n",
    "no header at all",
    "Content-Type: multipart/mixed; boundary=x\n\nno parts",
    "Content-Type: multipart/mixed\n\n--x\n\nno boundary",
    "Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/plain\n\ncut off",
    "Content-Type: /\nContent-Transfer-Encoding: what\n\nx",
    "Content-Type: message/rfc822\n\n",
    "From: <<<>>>;;;@@@,,,\nTo: \"unfinished\nDate: never\nMessage-ID: none\n\nx",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (TEXTS); i++)
    {
      g_autoptr (GBytes) raw = g_bytes_new (TEXTS[i], strlen (TEXTS[i]));
      g_autoptr (GError) error = NULL;
      g_autoptr (TernMimeMessage) message = tern_mime_message_new (raw, &error);
      g_autoptr (TernMessage) summary = NULL;

      if (message == NULL)
        {
          g_assert_error (error, TERN_ERROR, TERN_ERROR_INVALID);
          continue;
        }
      summary = tern_mime_message_make_summary (message);
      g_assert_nonnull (summary->subject);
      g_assert_null (tern_mime_message_get_part (message, "9.9", &error));
      g_assert_error (error, TERN_ERROR, TERN_ERROR_GONE);
    }
}

static void
test_nested (void)
{
  GString *text = g_string_new (NULL);
  g_autoptr (GBytes) few = NULL;
  g_autoptr (GBytes) many = NULL;
  g_autoptr (TernMimeMessage) message = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 50000; i++)
    {
      g_string_append_printf (text, "Content-Type: multipart/mixed; boundary=b%u\r\n\r\n--b%u\r\n",
                              i, i);
      if (i == 400)
        few = g_bytes_new (text->str, text->len);
    }
  many = g_string_free_to_bytes (text);
  message = tern_mime_message_new (few, &error);
  g_assert_no_error (error);
  g_assert_nonnull (message);
  g_assert_null (tern_mime_message_new (many, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_LIMIT);
}

static void
test_charsets (void)
{
  static const struct
  {
    const char *charset;
    const char *body;
    const char *expected;
  } CASES[] = {
    { "iso-2022-jp", "\033$B$\"$$\033(B", "\u3042\u3044" },
    { "gb18030", "\xC4\xE3\xBA\xC3", "\u4F60\u597D" },
    { "koi8-r", "\xF0\xD2\xC9\xD7\xC5\xD4", "\u041F\u0440\u0438\u0432\u0435\u0442" },
    { "windows-1252",
      "\x93"
      "a\x94 \x80",
      "\u201Ca\u201D \u20AC" },
    { NULL, "M\xFCller", "M\u00FCller" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (CASES); i++)
    {
      g_autofree char *text =
          g_strdup_printf ("Subject: x\r\nContent-Type: text/plain%s%s\r\n\r\n%s",
                           CASES[i].charset != NULL ? "; charset=" : "",
                           CASES[i].charset != NULL ? CASES[i].charset : "", CASES[i].body);
      g_autoptr (TernMimeMessage) message = parse (text);

      assert_text (message, "1", CASES[i].expected);
    }
}

static const char LETTER[] =
    "From: =?utf-8?Q?Ana_Petrovi=C4=87?= <ana@example.org>\r\n"
    "To: \"Doe, John\" <john@example.com>, team: a@b.test, c@d.test;\r\n"
    "Subject: =?iso-8859-1?Q?Gr=FC=DFe?=\r\n"
    "Date: Tue, 1 Jul 2003 10:52:37 +0200\r\n"
    "Message-ID: <1@x>\r\n"
    "In-Reply-To: <0@x> <y@z>\r\n"
    "References: <a@x>\r\n <0@x>\r\n"
    "MIME-Version: 1.0\r\n"
    "Content-Type: multipart/mixed; boundary=m\r\n"
    "\r\n"
    "--m\r\n"
    "Content-Type: multipart/alternative; boundary=a\r\n"
    "\r\n"
    "--a\r\n"
    "Content-Type: text/plain; charset=utf-8; format=Flowed\r\n"
    "Content-Transfer-Encoding: quoted-printable\r\n"
    "\r\n"
    "caf=C3=A9\r\n"
    "--a\r\n"
    "Content-Type: text/html\r\n"
    "\r\n"
    "<p>caf&eacute;\r\n"
    "--a--\r\n"
    "--m\r\n"
    "Content-Type: application/pdf\r\n"
    "Content-Transfer-Encoding: base64\r\n"
    "Content-ID: <pic@x>\r\n"
    "Content-Disposition: attachment; filename*=utf-8''..%2F%e2%82%ac.pdf\r\n"
    "\r\n"
    "SGVsbG8=\r\n"
    "--m\r\n"
    "Content-Type: message/rfc822\r\n"
    "\r\n"
    "Subject: inner\r\n"
    "\r\n"
    "inside\r\n"
    "--m--\r\n";

static void
test_letter (void)
{
  g_autoptr (TernMimeMessage) message = parse (LETTER);
  TernStructure *structure = tern_mime_message_get_structure (message);
  const TernStructure *pdf = tern_structure_find (structure, "2");
  g_autoptr (GBytes) content = tern_mime_message_get_part (message, "2", NULL);
  g_autoptr (GBytes) whole = tern_mime_message_get_part (message, "", NULL);
  g_autoptr (GPtrArray) attachments = tern_structure_list_attachments (structure);

  assert_text (message, "1.1", "caf\u00E9");
  assert_text (message, "1.2", "<p>caf&eacute;");
  assert_text (message, "3.1", "inside");
  g_assert_true (tern_structure_find (structure, "1.1")->is_flowed);
  g_assert_false (tern_structure_find (structure, "1.2")->is_flowed);
  g_assert_cmpstr (pdf->filename, ==, "\u20AC.pdf");
  g_assert_cmpstr (pdf->content_id, ==, "pic@x");
  g_assert_true (pdf->is_attachment);
  g_assert_cmpuint (g_bytes_get_size (content), ==, 5);
  g_assert_cmpuint (g_bytes_get_size (whole), ==, strlen (LETTER));
  g_assert_cmpuint (attachments->len, ==, 2);
}

static void
test_summary (void)
{
  g_autoptr (TernMimeMessage) message = parse (LETTER);
  g_autoptr (TernMessage) summary = tern_mime_message_make_summary (message);
  const TernAddress *from = g_ptr_array_index (summary->from, 0);
  const TernAddress *to = g_ptr_array_index (summary->to, 0);

  g_assert_cmpstr (summary->subject, ==,
                   "Gr\u00FC\u00DF"
                   "e");
  g_assert_cmpstr (from->name, ==, "Ana Petrovi\u0107");
  g_assert_cmpstr (from->address, ==, "ana@example.org");
  g_assert_cmpstr (to->name, ==, "Doe, John");
  g_assert_cmpuint (summary->to->len, ==, 3);
  g_assert_cmpint (summary->date, ==, 1057049557);
  g_assert_cmpstr (summary->message_id, ==, "<1@x>");
  g_assert_cmpstr (summary->in_reply_to, ==, "<0@x>");
  g_assert_cmpstr (summary->references, ==, "<a@x> <0@x>");
  g_assert_true (summary->has_attachments);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mime/message/what is no message is an error or an empty one", test_broken);
  g_test_add_func ("/mime/message/endless nesting is refused", test_nested);
  g_test_add_func ("/mime/message/old charsets are read", test_charsets);
  g_test_add_func ("/mime/message/parts are numbered as IMAP numbers them", test_letter);
  g_test_add_func ("/mime/message/a summary has what the header says", test_summary);
  return g_test_run ();
}
