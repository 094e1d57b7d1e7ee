/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "tern-error.h"
#include "tern-imap-date.h"
#include "tern-imap-fetch-data.h"
#include "tern-imap-ranges.h"
#include "tern-imap-scanner.h"
#include "tern-imap-status.h"
#include "tern-imap-utf7.h"

typedef void (*Check) (const TernImapResponse *response, gconstpointer data);

typedef struct
{
  Check check;
  gconstpointer data;
  guint seen;
} Checker;

static void
run_check (const TernImapResponse *response, gpointer user_data)
{
  Checker *checker = user_data;

  checker->seen++;
  checker->check (response, checker->data);
}

static void
with_response (const char *line, Check check, gconstpointer data)
{
  const TernImapScannerHandler handler = { .response = run_check };
  Checker checker = { check, data, 0 };
  g_autoptr (TernImapScanner) scanner = tern_imap_scanner_new (&handler, &checker);

  tern_imap_scanner_push (scanner, (const guint8 *) line, strlen (line));
  g_assert_cmpuint (checker.seen, ==, 1);
}

static void
dump_part (GString *out, const TernImapFetch *fetch, guint index)
{
  const TernImapPart *part = &g_array_index (fetch->parts, TernImapPart, index);

  g_string_append_printf (out, "%s/%s", part->type, part->subtype);
  if (part->disposition != NULL)
    g_string_append_printf (out, ":%s", part->disposition);
  if (part->size > 0)
    g_string_append_printf (out, "=%" G_GUINT64_FORMAT, part->size);
  if (part->first_child != 0)
    {
      g_string_append_c (out, '[');
      for (guint child = part->first_child; child != 0;
           child = g_array_index (fetch->parts, TernImapPart, child).next)
        {
          if (child != part->first_child)
            g_string_append_c (out, ' ');
          dump_part (out, fetch, child);
        }
      g_string_append_c (out, ']');
    }
}

static void
check_structure (const TernImapResponse *response, gconstpointer data)
{
  g_autoptr (TernImapFetch) fetch = tern_imap_fetch_data_new ();
  g_autoptr (GString) dump = g_string_new (NULL);

  g_assert_true (tern_imap_fetch_data_parse (fetch, response));
  g_assert_cmpuint (fetch->uid, ==, 9); /* what follows is not lost */
  if ((fetch->items & TERN_IMAP_HAS_STRUCTURE) != 0)
    dump_part (dump, fetch, 0);
  g_assert_cmpstr (dump->str, ==, data);
}

static void
assert_structure (const char *structure, const char *expected)
{
  g_autofree char *line = g_strdup_printf ("* 1 FETCH (BODYSTRUCTURE %s UID 9)\r\n", structure);

  with_response (line, check_structure, expected);
}

static void
test_odd_structures (void)
{
  assert_structure ("NIL", "");
  assert_structure ("()", "");
  assert_structure ("(NIL \"alternative\" (\"boundary\" \"x\") NIL NIL)", "multipart/alternative");
  assert_structure ("(NIL NIL NIL NIL NIL \"7BIT\" 0)", "text/plain");
  assert_structure ("(\"text\" \"plain\" NIL NIL NIL NIL 12 -1)", "text/plain=12");
  assert_structure ("(\"text\" \"plain\" NIL NIL NIL \"7bit\" -1 NIL NIL \"inline\" NIL)",
                    "text/plain:inline");
  assert_structure ("(\"text\" \"plain\" NIL NIL NIL \"7bit\" 9.3736e+06 3)", "text/plain=9373600");
  assert_structure ("(\"a\" \"b\" NIL NIL NIL \"base64\" 5 NIL (\"attachment\" NIL))",
                    "a/b:attachment=5");
  assert_structure ("(\"a\" \"b\" NIL NIL NIL \"base64\" 5 NIL (\"inline\") (\"en\" \"de\"))",
                    "a/b:inline=5");
  assert_structure ("(\"message\" \"rfc822\" NIL NIL NIL \"7bit\" 50)", "message/rfc822=50");
  assert_structure ("(\"a\" \"b\" NIL NIL NIL \"base64\" 9223372036854775807)",
                    "a/b=9223372036854775807");
  assert_structure ("(\"a\" \"b\" NIL NIL NIL \"base64\" 9223372036854775808)", "a/b");
  assert_structure ("(\"a\" \"b\" NIL NIL NIL \"base64\" 18446744073709551616)", "a/b");
  assert_structure ("(\"text\")", "text/plain");
  assert_structure ("\"text\"", "");
}

static void
test_structures (void)
{
  assert_structure ("(\"TEXT\" \"PLAIN\" (\"CHARSET\" \"US-ASCII\") NIL NIL \"7BIT\" 3028 92)",
                    "TEXT/PLAIN=3028");
  assert_structure ("((\"text\" \"plain\" NIL NIL NIL \"7bit\" 1 1)(\"text\" \"html\" NIL NIL NIL "
                    "\"7bit\" 2 1) \"alternative\" (\"boundary\" \"b\") NIL NIL NIL)",
                    "multipart/alternative[text/plain=1 text/html=2]");
  assert_structure (
      "((\"text\" \"plain\" NIL NIL NIL \"7bit\" 1 1)(\"message\" \"rfc822\" NIL NIL NIL \"7bit\" "
      "99 (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) ((\"text\" \"plain\" NIL NIL NIL \"7bit\" 3 "
      "1)(\"image\" \"png\" NIL NIL NIL \"base64\" 4) \"mixed\") 7 NIL (\"attachment\" "
      "(\"filename\" \"x\"))) \"mixed\")",
      "multipart/mixed[text/plain=1 "
      "message/rfc822:attachment=99[multipart/mixed[text/plain=3 image/png=4]]]");
}

static void
check_envelope (const TernImapResponse *response, gconstpointer data)
{
  g_autoptr (TernImapFetch) fetch = tern_imap_fetch_data_new ();
  g_autoptr (GString) dump = g_string_new (NULL);
  TernImapAddress address;
  TernImapIter iter;

  g_assert_true (tern_imap_fetch_data_parse (fetch, response));
  g_assert_cmpuint (fetch->uid, ==, 9);
  g_assert_cmpuint (fetch->items & TERN_IMAP_HAS_ENVELOPE, !=, 0);
  g_string_append_printf (dump, "%s|", fetch->envelope.subject ?: "-");
  tern_imap_iter_init (&iter, response, fetch->envelope.from);
  while (tern_imap_address_next (&iter, &address))
    g_string_append_printf (dump, "%s@%s ", address.mailbox ?: "-", address.host);
  g_string_append_printf (dump, "|%s", fetch->envelope.message_id ?: "-");
  g_assert_cmpstr (dump->str, ==, data);
}

static void
assert_envelope (const char *envelope, const char *expected)
{
  g_autofree char *line = g_strdup_printf ("* 1 FETCH (ENVELOPE %s UID 9)\r\n", envelope);

  with_response (line, check_envelope, expected);
}

static void
test_odd_envelopes (void)
{
  assert_envelope ("(NIL NIL () () () () () () NIL NIL)", "-||-");
  assert_envelope ("(NIL \"s\" \"\" NIL)", "s||-");
  assert_envelope ("(NIL \"t\xc3\xb6st\" ((NIL NIL \"a\" \"b\")(\"x\")(NIL NIL \"group\" NIL)(NIL "
                   "NIL NIL NIL)) NIL NIL NIL NIL NIL NIL \"<1@x>\")",
                   "t\xc3\xb6st|a@b |<1@x>");
  assert_envelope ("(NIL {4}\r\n\"( \\ ((NIL NIL {1}\r\na {1}\r\nb)) NIL NIL NIL NIL NIL NIL "
                   "NIL extra (more))",
                   "\"( \\|a@b |-");
}

static void
check_flags (const TernImapResponse *response, gconstpointer data)
{
  g_autoptr (TernImapFetch) fetch = tern_imap_fetch_data_new ();

  g_assert_true (tern_imap_fetch_data_parse (fetch, response));
  g_assert_cmpuint (fetch->flags, ==, TERN_IMAP_FLAG_SEEN | TERN_IMAP_FLAG_JUNK);
  g_assert_cmpstr (fetch->keywords->str, ==, "odd]flag $Other");
  g_assert_cmpuint (fetch->modseq, ==, 12);
}

static void
test_flags (void)
{
  with_response ("* 1 FETCH (FLAGS (\\Seen odd]flag $Junk \\Recent $Other) MODSEQ (12))\r\n",
                 check_flags, NULL);
}

static void
check_many_flags (const TernImapResponse *response, gconstpointer data)
{
  g_autoptr (TernImapFetch) fetch = tern_imap_fetch_data_new ();

  g_assert_true (tern_imap_fetch_data_parse (fetch, response));
  g_assert_cmpuint (fetch->flags, ==, TERN_IMAP_FLAG_SEEN);
  g_assert_cmpuint (fetch->keywords->len, <, TERN_IMAP_MAX_KEYWORDS);
  g_assert_true (g_str_has_prefix (fetch->keywords->str, "k0 k1 "));
}

static void
test_many_flags (void)
{
  g_autoptr (GString) line = g_string_new ("* 1 FETCH (FLAGS (");

  for (guint i = 0; i < 10000; i++)
    g_string_append_printf (line, "k%u ", i);
  g_string_append (line, "\\Seen))\r\n");
  with_response (line->str, check_many_flags, NULL);
}

typedef struct
{
  TernImapStatusKind kind;
  const char *code;
  const char *arguments;
  TernError error;
} Status;

static void
check_status (const TernImapResponse *response, gconstpointer data)
{
  const Status *expected = data;
  g_auto (TernImapStatus) status = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_true (tern_imap_status_parse (&status, response));
  g_assert_cmpint (status.kind, ==, expected->kind);
  g_assert_cmpstr (status.code, ==, expected->code);
  g_assert_cmpstr (status.arguments, ==, expected->arguments);
  if (status.kind == TERN_IMAP_STATUS_OK)
    return;
  error = tern_imap_status_to_error (&status);
  g_assert_error (error, TERN_ERROR, (gint) expected->error);
}

static void
assert_status (const char *line,
               TernImapStatusKind kind,
               const char *code,
               const char *arguments,
               TernError error)
{
  const Status expected = { kind, code, arguments, error };

  with_response (line, check_status, &expected);
}

static void
test_statuses (void)
{
  assert_status ("* OK [HIGHESTMODSEQ 7]\r\n", TERN_IMAP_STATUS_OK, "HIGHESTMODSEQ", "7", 0);
  assert_status ("* OK [PERMANENTFLAGS (a]b \\*)] Limited\r\n", TERN_IMAP_STATUS_OK,
                 "PERMANENTFLAGS", "(a]b \\*)", 0);
  assert_status ("* OK [unfinished\r\n", TERN_IMAP_STATUS_OK, NULL, "", 0);
  assert_status ("* OK [\xff\xc3] Odd\r\n", TERN_IMAP_STATUS_OK, NULL, "", 0);
  assert_status ("A OK\r\n", TERN_IMAP_STATUS_OK, NULL, "", 0);
  assert_status ("A NO [authenticationfailed] no\r\n", TERN_IMAP_STATUS_NO, "AUTHENTICATIONFAILED",
                 "", TERN_ERROR_AUTH);
  assert_status ("A NO [UNAVAILABLE] later\r\n", TERN_IMAP_STATUS_NO, "UNAVAILABLE", "",
                 TERN_ERROR_BUSY);
  assert_status ("A NO [NONEXISTENT] gone\r\n", TERN_IMAP_STATUS_NO, "NONEXISTENT", "",
                 TERN_ERROR_GONE);
  assert_status ("A NO [NOPERM] hands off\r\n", TERN_IMAP_STATUS_NO, "NOPERM", "",
                 TERN_ERROR_PERMISSION);
  assert_status ("A NO why\r\n", TERN_IMAP_STATUS_NO, NULL, "", TERN_ERROR_REFUSED);
  assert_status ("A BAD what\r\n", TERN_IMAP_STATUS_BAD, NULL, "", TERN_ERROR_PROTOCOL);
  assert_status ("A BAD Request is throttled. Suggested Backoff Time: 92415 milliseconds\r\n",
                 TERN_IMAP_STATUS_BAD, NULL, "", TERN_ERROR_BUSY);
}

static void
assert_sets (TernImapRanges *ranges, const char *expected)
{
  g_autoptr (GPtrArray) sets = tern_imap_ranges_make_sets (ranges, 8);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < sets->len; i++)
    g_string_append_printf (text, "%s ", (char *) sets->pdata[i]);
  g_assert_cmpstr (text->str, ==, expected);
}

static void
test_range_sets (void)
{
  g_autoptr (TernImapRanges) all = tern_imap_ranges_parse ("4294967290:4294967295,1:20,5,18:25");
  g_autoptr (TernImapRanges) some = tern_imap_ranges_parse ("30:40,3,10:12,25,4294967295");
  g_autoptr (TernImapRanges) rest = tern_imap_ranges_subtract (all, some);

  assert_sets (rest, "1:2,4:9 13:24 4294967290:4294967294 ");
  tern_imap_ranges_clip (rest, 2, 14);
  assert_sets (rest, "2,4:9 13:14 ");
  g_assert_cmpuint (tern_imap_ranges_count (rest), ==, 9);
  tern_imap_ranges_clip (rest, 100, 90);
  assert_sets (rest, "");
}

static void
test_ranges (void)
{
  g_autoptr (TernImapRanges) huge = tern_imap_ranges_parse ("4294967295:1");
  g_autoptr (TernImapRanges) mixed = tern_imap_ranges_parse ("20:22,5,9");
  const guint32 uids[] = { 9, 1, 2, 3, 9, 7 };
  g_autoptr (GPtrArray) sets = tern_imap_make_sets (uids, G_N_ELEMENTS (uids), 5);
  guint64 index = 0;

  g_assert_null (tern_imap_ranges_parse ("1:*"));
  g_assert_null (tern_imap_ranges_parse ("0"));
  g_assert_null (tern_imap_ranges_parse ("1,,2"));
  g_assert_null (tern_imap_ranges_parse ("4294967296"));
  g_assert_null (tern_imap_ranges_parse (NULL));
  g_assert_cmpuint (tern_imap_ranges_count (huge), ==, G_MAXUINT32);
  g_assert_cmpuint (tern_imap_ranges_nth (huge, G_MAXUINT32 - 1u), ==, G_MAXUINT32);
  g_assert_true (tern_imap_ranges_index (mixed, 5, &index));
  g_assert_cmpuint (index, ==, 3);
  g_assert_cmpuint (tern_imap_ranges_nth (mixed, 1), ==, 21);
  g_assert_cmpuint (tern_imap_ranges_nth (mixed, 9), ==, 0);
  g_assert_true (tern_imap_ranges_contains (mixed, 9));
  g_assert_false (tern_imap_ranges_contains (mixed, 10));
  g_assert_cmpuint (sets->len, ==, 2);
  g_assert_cmpstr (sets->pdata[0], ==, "1:3,7");
  g_assert_cmpstr (sets->pdata[1], ==, "9");
}

static void
test_utf7 (void)
{
  static const struct
  {
    const char *wire;
    const char *utf8;
  } names[] = {
    { "INBOX", "INBOX" },
    { "~peter/mail/&U,BTFw-/&ZeVnLIqe-", "~peter/mail/台北/日本語" },
    { "Entw&APw-rfe", "Entwürfe" },
    { "A&-B", "A&B" },
    { "&2D3eAA-", "😀" },
  };
  static const char *const broken[] = { "&", "&U", "&!!!-", "&2D0-", "&AAA-", "Entwürfe" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *utf8 = tern_imap_utf7_decode (names[i].wire);
      g_autofree char *wire = tern_imap_utf7_encode (names[i].utf8);

      g_assert_cmpstr (utf8, ==, names[i].utf8);
      g_assert_cmpstr (wire, ==, names[i].wire);
    }
  for (guint i = 0; i < G_N_ELEMENTS (broken); i++)
    {
      g_autofree char *same = tern_imap_utf7_decode (broken[i]);

      g_assert_cmpstr (same, ==, broken[i]);
    }
}

static void
test_dates (void)
{
  gint64 time = 0;

  g_assert_true (tern_imap_parse_date_time ("17-Jul-1996 02:44:25 -0700", &time));
  g_assert_cmpint (time, ==, 837596665);
  g_assert_true (tern_imap_parse_date_time (" 1-Jan-1970 00:00:00 +0000", &time));
  g_assert_cmpint (time, ==, 0);
  g_assert_false (tern_imap_parse_date_time ("17-Foo-1996 02:44:25 -0700", &time));
  g_assert_false (tern_imap_parse_date_time ("17-Jul-1996", &time));
  g_assert_false (tern_imap_parse_date_time (NULL, &time));
  g_assert_true (tern_imap_parse_header_date ("Wed, 17 Jul 1996 02:23:25 -0700 (PDT)", &time));
  g_assert_cmpint (time, ==, 837595405);
  g_assert_true (tern_imap_parse_header_date ("17 Jul 96 09:23 GMT", &time));
  g_assert_cmpint (time, ==, 837595380);
  g_assert_true (tern_imap_parse_header_date (" 17-Jul-1996 2:23:25 -0700", &time));
  g_assert_cmpint (time, ==, 837595405);
  g_assert_true (tern_imap_parse_header_date ("17 Jul 1996", &time));
  g_assert_cmpint (time, ==, 837561600);
  g_assert_false (tern_imap_parse_header_date ("tomorrow", &time));
  g_assert_false (tern_imap_parse_header_date ("17 July 1996", &time));
  g_assert_false (tern_imap_parse_header_date ("17 Jul", &time));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/imap/values/odd structures give what they can", test_odd_structures);
  g_test_add_func ("/imap/values/odd envelopes give what they can", test_odd_envelopes);
  g_test_add_func ("/imap/values/structures are trees of parts", test_structures);
  g_test_add_func ("/imap/values/flags are told from keywords", test_flags);
  g_test_add_func ("/imap/values/keywords without number are left out", test_many_flags);
  g_test_add_func ("/imap/values/response codes say what can be done", test_statuses);
  g_test_add_func ("/imap/values/ranges are never expanded", test_ranges);
  g_test_add_func ("/imap/values/sets are cut and subtracted as ranges", test_range_sets);
  g_test_add_func ("/imap/values/mailbox names pass through modified UTF-7", test_utf7);
  g_test_add_func ("/imap/values/dates are seconds since 1970", test_dates);
  return g_test_run ();
}
