/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "tern-imap-limits.h"
#include "tern-imap-scanner.h"

typedef struct
{
  TernImapScanner *scanner;
  GString *dump;
  guint responses;
  guint damaged;
  gsize streamed;
  gboolean wants_literals;
  guint pause_after;
} Reader;

static void
dump_nodes (GString *out, const TernImapResponse *response, TernImapIter *iter)
{
  guint node;

  while ((node = tern_imap_iter_next (iter)) != 0)
    {
      TernImapIter inner;

      switch (response->nodes[node].kind)
        {
        case TERN_IMAP_NODE_LIST:
          g_string_append (out, " (");
          tern_imap_iter_init (&inner, response, node);
          dump_nodes (out, response, &inner);
          g_string_append (out, " )");
          break;
        case TERN_IMAP_NODE_NIL:
          g_string_append (out, " NIL");
          break;
        case TERN_IMAP_NODE_STREAMED:
          g_string_append (out, " STREAMED");
          break;
        case TERN_IMAP_NODE_SKIPPED:
          g_string_append (out, " SKIPPED");
          break;
        case TERN_IMAP_NODE_ATOM:
          g_string_append_printf (out, " %s", tern_imap_response_get_string (response, node));
          break;
        case TERN_IMAP_NODE_STRING:
        case TERN_IMAP_NODE_TEXT:
        default:
          g_string_append_printf (out, " '%s'", tern_imap_response_get_string (response, node));
          break;
        }
    }
}

static void
take_response (const TernImapResponse *response, gpointer user_data)
{
  Reader *self = user_data;
  TernImapIter iter;

  self->responses++;
  self->damaged += response->damaged ? 1 : 0;
  g_string_append (self->dump, tern_imap_response_get_string (response, 0) ?: "?");
  tern_imap_iter_init_root (&iter, response, 1);
  dump_nodes (self->dump, response, &iter);
  g_string_append (self->dump, response->damaged ? " !\n" : "\n");
  if (self->pause_after == self->responses)
    tern_imap_scanner_pause (self->scanner);
}

static gboolean
begin_literal (const TernImapResponse *so_far, guint64 size, gpointer user_data)
{
  Reader *self = user_data;

  return self->wants_literals;
}

static void
take_literal (const guint8 *bytes, gsize length, gpointer user_data)
{
  Reader *self = user_data;

  self->streamed += length;
}

static void
reader_init (Reader *self, gboolean wants_literals)
{
  static const TernImapScannerHandler handler = { take_response, begin_literal, take_literal };

  *self = (Reader){ .dump = g_string_new (NULL), .wants_literals = wants_literals };
  self->scanner = tern_imap_scanner_new (&handler, self);
}

static void
reader_clear (Reader *self)
{
  tern_imap_scanner_free (self->scanner);
  g_string_free (self->dump, TRUE);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Reader, reader_clear)

static char *
read_all (const char *bytes, gsize length, gsize chunk, gboolean wants_literals)
{
  g_auto (Reader) reader = { 0 };

  reader_init (&reader, wants_literals);
  for (gsize i = 0; i < length; i += chunk)
    tern_imap_scanner_push (reader.scanner, (const guint8 *) bytes + i, MIN (chunk, length - i));
  g_string_append_printf (reader.dump, "streamed %" G_GSIZE_FORMAT, reader.streamed);
  return g_strdup (reader.dump->str);
}

/* What RFC 9051 shows, and what real servers send. */
static const char *const corpus[] = {
  "* OK IMAP4rev2 Service Ready\r\n",
  "* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] ready\r\nA1 OK done\r\n",
  "+ \r\n+\r\n+ idling\r\n",
  "* PREAUTH IMAP4rev2 server logged in as Smith\r\n",
  "* LIST (\\Noselect) \"/\" ~/Mail/foo\r\n* LIST () \".\" INBOX\r\n",
  "* LIST (\\HasNoChildren) NIL {5}\r\nhello\r\n",
  "* STATUS blurdybloop (MESSAGES 231 UIDNEXT 44292) \r\n",
  "* ESEARCH (TAG \"A282\") UID ALL 1:3,7\r\n* SEARCH\r\n* SEARCH 2 3 6\r\n",
  "* 12 FETCH (FLAGS (\\Seen) INTERNALDATE \"17-Jul-1996 02:44:25 -0700\" RFC822.SIZE 4286 "
  "ENVELOPE "
  "(\"Wed, 17 Jul 1996 02:23:25 -0700 (PDT)\" \"IMAP4rev2 WG mtg summary and minutes\" ((\"Terry "
  "Gray\" NIL \"gray\" \"cac.washington.edu\")) NIL NIL ((NIL NIL \"imap\" "
  "\"cac.washington.edu\")) NIL NIL NIL \"<B27397-0100000@cac.washington.ed>\") BODYSTRUCTURE "
  "(\"TEXT\" \"PLAIN\" (\"CHARSET\" \"US-ASCII\") NIL NIL \"7BIT\" 3028 92))\r\n",
  "* 1 FETCH (BODY[HEADER.FIELDS (DATE FROM)]<0> {11}\r\nabc\r\ndef)(\" UID 7)\r\n",
  "* 1 FETCH (BODY[TEXT] ~{3}\r\n\"()\r\n)\r\n* 2 EXISTS\r\n",
  "* 1 FETCH (FLAGS (odd]flag $Junk) UID 3)\r\n* OK [PERMANENTFLAGS (a]b \\*)] ok\r\n",
  "* OK [HIGHESTMODSEQ 715194045007]\r\n* OK [UIDNEXT 4392]\r\n",
  "* 1 FETCH (ENVELOPE (\"a \\\"quoted\\\" \\\\ word\" \"\"))\r\n",
  "* 1 FETCH (ENVELOPE (\"broken\r\n* 2 FETCH (UID 3))))\r\n* 3 FETCH (UID 4)\r\n",
  "* 1 FETCH (BODY[] {0}\r\n UID 4)\r\n",
  "* 1 FETCH (X {3x}\r\n* 2 FETCH (X {99999999999999999999}\r\n* 3 EXISTS\r\n",
  "Server Unavailable.\r\n* BYE \r\n\r\n\n",
  "* 5 EXISTS\n* 3 RECENT\nA OK\n",
  "* 1 FETCH (BODYSTRUCTURE (NIL \"alternative\" (\"boundary\" \"x\") NIL NIL))\r\n",
  "* 1 FETCH (\"t\xc3\xb6st\" \xff\xfe nil Nil)\r\n",
};

static void
test_chunks (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (corpus); i++)
    for (guint streaming = 0; streaming < 2; streaming++)
      {
        gsize length = strlen (corpus[i]);
        g_autofree char *whole = read_all (corpus[i], length, length, streaming);

        for (gsize chunk = 1; chunk < 9; chunk++)
          {
            g_autofree char *pieces = read_all (corpus[i], length, chunk, streaming);

            g_assert_cmpstr (whole, ==, pieces);
          }
      }
}

static void
assert_scan (const char *bytes, const char *expected)
{
  g_autofree char *result = read_all (bytes, strlen (bytes), strlen (bytes), FALSE);
  g_autofree char *full = g_strconcat (expected, "streamed 0", NULL);

  g_assert_cmpstr (result, ==, full);
}

static void
test_tokens (void)
{
  assert_scan ("* 1 FETCH (BODY[HEADER.FIELDS (A B)]<0> {3}\r\n\r\n) UID 7)\r\n",
               "* 1 FETCH ( BODY[HEADER.FIELDS (A B)]<0> '\r\n)' UID 7 )\n");
  assert_scan ("* 1 FETCH (A NIL B \"NIL\" C \"x\\\"y\\\\z\")\r\n",
               "* 1 FETCH ( A NIL B 'NIL' C 'x\"y\\z' )\n");
  assert_scan ("A1 NO [ALERT] go (away \"\r\n", "A1 NO '[ALERT] go (away \"'\n");
  assert_scan ("+ \r\n", "+ ''\n");
}

static void
test_damage (void)
{
  /* The broken one is marked, the next is whole. */
  assert_scan ("* 1 FETCH (A (B\r\n* 2 FETCH (C)\r\n",
               "* 1 FETCH ( A ( B ) ) !\n* 2 FETCH ( C )\n");
  assert_scan ("* 1 FETCH (A))\r\n* 2 EXISTS\r\n", "* 1 FETCH ( A ) !\n* 2 EXISTS\n");
  assert_scan ("* 1 FETCH (\"no end\r\n* 2 EXISTS\r\n", "* 1 FETCH ( 'no end\r' ) !\n* 2 EXISTS\n");
}

static void
test_depth (void)
{
  g_autoptr (GString) bytes = g_string_new ("* 1 FETCH ");
  g_auto (Reader) reader = { 0 };

  for (guint i = 0; i < 100000; i++)
    g_string_append_c (bytes, '(');
  g_string_append (bytes, "deep");
  for (guint i = 0; i < 100000; i++)
    g_string_append_c (bytes, ')');
  g_string_append (bytes, "\r\n* 2 EXISTS\r\n");
  reader_init (&reader, FALSE);
  tern_imap_scanner_push (reader.scanner, (const guint8 *) bytes->str, bytes->len);
  g_assert_cmpuint (reader.responses, ==, 2);
  g_assert_cmpuint (reader.damaged, ==, 1);
  g_assert_null (strstr (reader.dump->str, "deep"));
}

static void
test_long_line (void)
{
  g_autofree char *block = g_malloc (1024 * 1024);
  g_auto (Reader) reader = { 0 };

  memset (block, 'x', 1024 * 1024);
  reader_init (&reader, FALSE);
  tern_imap_scanner_push (reader.scanner, (const guint8 *) "* 1 FETCH (A \"", 14);
  for (guint i = 0; i < TERN_IMAP_MAX_RESPONSE / (1024 * 1024) + 2; i++)
    tern_imap_scanner_push (reader.scanner, (const guint8 *) block, 1024 * 1024);
  tern_imap_scanner_push (reader.scanner, (const guint8 *) "\" B {3}\r\n\r\n) C)\r\n* 2 EXISTS\r\n",
                          30);
  g_assert_cmpstr (reader.dump->str, ==, "* 1 FETCH ( A ) !\n* 2 EXISTS\n");
}

/* A line of these characters is given up, and not before it is over the cap. */
static void
assert_endless (char character)
{
  g_autofree char *block = g_malloc (1024 * 1024);
  g_auto (Reader) line = { 0 };
  guint n = 0;

  memset (block, character, 1024 * 1024);
  reader_init (&line, FALSE);
  for (; !tern_imap_scanner_is_endless (line.scanner); n++)
    {
      g_assert_cmpuint (n, <, 3 * TERN_IMAP_MAX_RESPONSE / (1024 * 1024));
      tern_imap_scanner_push (line.scanner, (const guint8 *) block, 1024 * 1024);
    }
  g_assert_cmpuint (n, >=, TERN_IMAP_MAX_RESPONSE / (1024 * 1024));
}

static void
test_endless (void)
{
  g_auto (Reader) literal = { 0 };
  static const char announced[] = "* 1 FETCH (BODY[] {4294967296}\r\n";

  assert_endless ('x');
  assert_endless ('(');
  assert_endless (' ');
  reader_init (&literal, FALSE);
  tern_imap_scanner_push (literal.scanner, (const guint8 *) announced, strlen (announced));
  g_assert_true (tern_imap_scanner_is_endless (literal.scanner));
}

static void
test_big_literal (void)
{
  g_autofree char *header =
      g_strdup_printf ("* 1 FETCH (BODY[] {%d}\r\n", TERN_IMAP_MAX_LITERAL_HELD + 1);
  g_autofree char *block = g_malloc0 (TERN_IMAP_MAX_LITERAL_HELD + 1);

  for (guint streaming = 0; streaming < 2; streaming++)
    {
      g_auto (Reader) reader = { 0 };

      reader_init (&reader, streaming);
      tern_imap_scanner_push (reader.scanner, (const guint8 *) header, strlen (header));
      tern_imap_scanner_push (reader.scanner, (const guint8 *) block,
                              TERN_IMAP_MAX_LITERAL_HELD + 1);
      tern_imap_scanner_push (reader.scanner, (const guint8 *) " UID 7)\r\n", 9);
      g_assert_cmpstr (reader.dump->str, ==,
                       streaming ? "* 1 FETCH ( BODY[] STREAMED UID 7 )\n"
                                 : "* 1 FETCH ( BODY[] SKIPPED UID 7 )\n");
      g_assert_cmpuint (reader.streamed, ==, streaming ? TERN_IMAP_MAX_LITERAL_HELD + 1 : 0);
    }
}

static void
test_pause (void)
{
  const char bytes[] = "A OK go\r\n* injected\r\n";
  g_auto (Reader) reader = { 0 };
  gsize taken;

  reader_init (&reader, FALSE);
  reader.pause_after = 1;
  taken = tern_imap_scanner_push (reader.scanner, (const guint8 *) bytes, strlen (bytes));
  g_assert_cmpuint (taken, ==, strlen ("A OK go\r\n"));
  g_assert_cmpuint (reader.responses, ==, 1);
  g_assert_true (tern_imap_scanner_is_idle (reader.scanner));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/imap/scanner/what is broken costs one response", test_damage);
  g_test_add_func ("/imap/scanner/lists nested too deep are left out", test_depth);
  g_test_add_func ("/imap/scanner/a response over the cap is cut and the next one read",
                   test_long_line);
  g_test_add_func ("/imap/scanner/a line without end is told from a long one", test_endless);
  g_test_add_func ("/imap/scanner/a literal over the cap is left out unless it is streamed",
                   test_big_literal);
  g_test_add_func ("/imap/scanner/nothing is read behind a pause", test_pause);
  g_test_add_func ("/imap/scanner/tokens are what RFC 9051 says", test_tokens);
  g_test_add_func ("/imap/scanner/byte by byte equals whole", test_chunks);
  return g_test_run ();
}
