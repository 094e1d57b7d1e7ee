/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-error.h"
#include "tern-outlook-fixture.h"

#include <string.h>

/* Which way mail comes: by the scopes of the tokens, the health of both servers, and what is
 * remembered. What was asked of whom is counted each time, and printed as a table: nothing that was
 * known to fail is asked. */

#define SOME G_MAXUINT /* at least one */
/* It depends on what is quicker: a further connection to what works may be made or not, and a token
 * asked for or not before a connection is refused. */
#define ANY (G_MAXUINT - 1)

typedef struct
{
  guint graph_tokens;
  guint imap_tokens;
  guint graph;
  guint imap;
} Expected;

typedef struct
{
  const char *sentence;
  const char *graph_scopes; /* as for outlook_grant() */
  const char *imap_scopes;
  OutlookHealth graph;
  OutlookHealth imap;
  const char *channel; /* NULL where none works */
  int code;            /* of TERN_ERROR then; 0 for a failure of the network */
  Expected cold;       /* nothing is known */
  Expected again;      /* in the same run */
  Expected warm;       /* the next start, within the hour */
  Expected later;      /* a start after the hour */
  const char *skipped; /* (nullable): what the trace says of a channel without its scope */
} Case;

/* While Graph works, nobody asks for anything of IMAP. */
#define BY_GRAPH                                                                                   \
  .channel = "graph", .cold = { 1, 0, SOME, 0 }, .again = { 0, 0, SOME, 0 },                       \
  .warm = { 1, 0, SOME, 0 }, .later = { 1, 0, SOME, 0 }
/* Once IMAP worked, nothing is asked of Graph for an hour. */
#define BY_IMAP .channel = "imap", .again = { 0, 0, 0, ANY }, .warm = { 0, 1, 0, SOME }

static const Case cases[] = {
  { "Graph comes first", OUTLOOK_READ_WRITE, OUTLOOK_IMAP, OUTLOOK_HEALTHY, OUTLOOK_HEALTHY,
    BY_GRAPH },
  { "Graph needs no scope of IMAP", OUTLOOK_READ_WRITE, NULL, OUTLOOK_HEALTHY, OUTLOOK_HEALTHY,
    BY_GRAPH },
  { "Graph needs no IMAP server", OUTLOOK_READ_WRITE, OUTLOOK_IMAP, OUTLOOK_HEALTHY,
    OUTLOOK_UNREACHABLE, BY_GRAPH },
  { "scopes that nobody tells are tried", "", "", OUTLOOK_HEALTHY, OUTLOOK_HEALTHY, BY_GRAPH },
  { "without Mail.Read nothing is asked of Graph", OUTLOOK_BASIC, OUTLOOK_IMAP, OUTLOOK_HEALTHY,
    OUTLOOK_HEALTHY, BY_IMAP, .cold = { 1, 1, 0, SOME }, .later = { 1, 1, 0, SOME },
    .skipped = "graph" },
  { "without Mail.ReadWrite IMAP comes first", OUTLOOK_READ, OUTLOOK_IMAP, OUTLOOK_HEALTHY,
    OUTLOOK_HEALTHY, BY_IMAP, .cold = { 1, 1, 0, SOME }, .later = { 1, 1, 0, SOME } },
  { "without Mail.ReadWrite and IMAP Graph reads", OUTLOOK_READ, NULL, OUTLOOK_HEALTHY,
    OUTLOOK_HEALTHY, .channel = "graph", .cold = { 1, 1, SOME, 0 }, .again = { 0, 0, SOME, 0 },
    .warm = { 1, 0, SOME, 0 }, .later = { 1, 1, SOME, 0 } },
  { "without Mail.ReadWrite and an IMAP server Graph reads", OUTLOOK_READ, OUTLOOK_IMAP,
    OUTLOOK_HEALTHY, OUTLOOK_UNREACHABLE, .channel = "graph", .cold = { 1, ANY, SOME, SOME },
    .again = { 0, 0, SOME, 0 }, .warm = { 1, ANY, SOME, SOME }, .later = { 1, ANY, SOME, SOME } },
  { "without a token for Graph IMAP is used", NULL, OUTLOOK_IMAP, OUTLOOK_HEALTHY, OUTLOOK_HEALTHY,
    BY_IMAP, .cold = { 1, 1, 0, SOME }, .later = { 1, 1, 0, SOME } },
  { "scopes that nobody tells and Graph refuses are tried once", "", "", OUTLOOK_FORBIDDEN,
    OUTLOOK_HEALTHY, BY_IMAP, .cold = { 1, 1, 1, SOME }, .later = { 1, 1, 1, SOME } },
  { "Graph that forbids is left alone for an hour", OUTLOOK_READ_WRITE, OUTLOOK_IMAP,
    OUTLOOK_FORBIDDEN, OUTLOOK_HEALTHY, BY_IMAP, .cold = { 1, 1, 1, SOME },
    .later = { 1, 1, 1, SOME } },
  { "Graph that takes no token is shown one other", OUTLOOK_READ_WRITE, OUTLOOK_IMAP,
    OUTLOOK_UNAUTHORIZED, OUTLOOK_HEALTHY, BY_IMAP, .cold = { 2, 1, 2, SOME },
    .later = { 2, 1, 2, SOME } },
  { "Graph that cannot be reached costs one attempt", OUTLOOK_READ_WRITE, OUTLOOK_IMAP,
    OUTLOOK_UNREACHABLE, OUTLOOK_HEALTHY, BY_IMAP, .cold = { 1, 1, 0, SOME },
    .later = { 1, 1, 0, SOME } },
  { "Graph that ends connections costs one request", OUTLOOK_READ_WRITE, OUTLOOK_IMAP, OUTLOOK_CUT,
    OUTLOOK_HEALTHY, BY_IMAP, .cold = { 1, 1, 1, SOME }, .later = { 1, 1, 1, SOME } },
  { "Graph that is busy costs one request", OUTLOOK_READ_WRITE, OUTLOOK_IMAP, OUTLOOK_BUSY,
    OUTLOOK_HEALTHY, BY_IMAP, .cold = { 1, 1, 1, SOME }, .later = { 1, 1, 1, SOME } },
  { "Graph that is broken costs one request", OUTLOOK_READ_WRITE, OUTLOOK_IMAP, OUTLOOK_BROKEN,
    OUTLOOK_HEALTHY, BY_IMAP, .cold = { 1, 1, 1, SOME }, .later = { 1, 1, 1, SOME } },
  { "two servers that cannot be reached are a failure of the network", OUTLOOK_READ_WRITE,
    OUTLOOK_IMAP, OUTLOOK_UNREACHABLE, OUTLOOK_UNREACHABLE, .code = 0, .cold = { 1, ANY, 0, SOME },
    .again = { 0, 0, 0, SOME }, .warm = { 1, ANY, 0, SOME }, .later = { 1, ANY, 0, SOME } },
  { "the only way left is tried each time", OUTLOOK_BASIC, OUTLOOK_IMAP, OUTLOOK_HEALTHY,
    OUTLOOK_UNREACHABLE, .code = 0, .cold = { 1, ANY, 0, SOME }, .again = { 0, 0, 0, SOME },
    .warm = { 0, ANY, 0, SOME }, .later = { 1, ANY, 0, SOME }, .skipped = "graph" },
  { "two refusals ask for a sign-in", OUTLOOK_BASIC, NULL, OUTLOOK_HEALTHY, OUTLOOK_HEALTHY,
    .code = TERN_ERROR_AUTH, .cold = { 1, 1, 0, 0 }, .again = { 0, 0, 0, 0 },
    .warm = { 1, 1, 0, 0 }, .later = { 1, 1, 0, 0 }, .skipped = "graph" },
  { "a sign-in that was ended asks nobody", NULL, NULL, OUTLOOK_HEALTHY, OUTLOOK_HEALTHY,
    .code = TERN_ERROR_AUTH, .cold = { 1, 1, 0, 0 }, .again = { 0, 0, 0, 0 },
    .warm = { 1, 1, 0, 0 }, .later = { 1, 1, 0, 0 } },
  { "two refusals of different kinds ask for a sign-in", OUTLOOK_READ_WRITE, OUTLOOK_IMAP,
    OUTLOOK_FORBIDDEN, OUTLOOK_UNAUTHORIZED, .code = TERN_ERROR_AUTH, .cold = { 1, 2, 1, SOME },
    .again = { 0, 1, 1, SOME }, .warm = { 1, 2, 1, SOME }, .later = { 1, 2, 1, SOME } },
  { "a mailbox that nobody has asks for a sign-in", OUTLOOK_BASIC, OUTLOOK_IMAP, OUTLOOK_HEALTHY,
    OUTLOOK_FORBIDDEN, .code = TERN_ERROR_AUTH, .cold = { 1, 1, 0, SOME },
    .again = { 0, 0, 0, SOME }, .warm = { 0, 1, 0, SOME }, .later = { 1, 1, 0, SOME },
    .skipped = "graph" },
  { "a busy server that is the only way is said to be busy", OUTLOOK_BASIC, OUTLOOK_IMAP,
    OUTLOOK_HEALTHY, OUTLOOK_BUSY, .code = TERN_ERROR_BUSY, .cold = { 1, 1, 0, SOME },
    .again = { 0, 0, 0, ANY }, .warm = { 0, 1, 0, SOME }, .later = { 1, 1, 0, SOME },
    .skipped = "graph" },
  { "two servers in trouble are said to be so", OUTLOOK_READ_WRITE, OUTLOOK_IMAP, OUTLOOK_BUSY,
    OUTLOOK_BROKEN, .code = TERN_ERROR_BUSY, .cold = { 1, 1, 1, SOME }, .again = { 0, 0, ANY, ANY },
    .warm = { 1, 1, 1, SOME }, .later = { 1, 1, 1, SOME } },
};

static const char *const healths[] = {
  [OUTLOOK_HEALTHY] = "well",     [OUTLOOK_UNREACHABLE] = "unreachable", [OUTLOOK_CUT] = "cut off",
  [OUTLOOK_UNAUTHORIZED] = "401", [OUTLOOK_FORBIDDEN] = "403",           [OUTLOOK_BUSY] = "429",
  [OUTLOOK_BROKEN] = "500",
};

static const char *
describe_scopes (const char *scopes)
{
  if (scopes == NULL)
    return "refused";
  return *scopes != '\0' ? strrchr (scopes, '/') + 1 : "not told";
}

static void
assert_fits (const char *what, guint n, guint expected)
{
  if (expected != ANY && (expected == SOME ? n == 0 : n != expected))
    g_error ("%s: %u in place of %d", what, n, (int) expected);
}

/* Brings the inbox up to date, prints what that took, and compares. */
static void
check_row (Outlook *self, const Case *row, const char *when, const Expected *expected)
{
  g_autoptr (GError) error = NULL;
  gboolean synced;
  OutlookCounts n;

  outlook_forget (self);
  synced = outlook_sync (self, &error);
  n = outlook_count (self);
  g_test_message ("| %-14s | %-24s | %-11s | %-11s | %-5s | %-5s | %u %u | %u | %u |",
                  describe_scopes (row->graph_scopes), describe_scopes (row->imap_scopes),
                  healths[row->graph], healths[row->imap], when, synced ? row->channel : "none",
                  n.graph_tokens, n.imap_tokens, n.graph, n.imap);
  g_assert_cmpint (synced, ==, row->channel != NULL);
  assert_fits ("tokens for Graph", n.graph_tokens, expected->graph_tokens);
  assert_fits ("tokens for IMAP", n.imap_tokens, expected->imap_tokens);
  assert_fits ("requests to Graph", n.graph, expected->graph);
  assert_fits ("connections to IMAP", n.imap, expected->imap);
  if (synced)
    {
      g_autofree char *letters = outlook_describe (self, TERN_FOLDER_ROLE_INBOX);

      g_assert_cmpstr (letters, ==, "Letter 5:\nLetter 4:\nLetter 3:\nLetter 2:\nLetter 1:\n");
    }
  else
    {
      g_assert_nonnull (strstr (error->message, "graph: "));
      g_assert_nonnull (strstr (error->message, "imap: "));
      if (row->code != 0)
        g_assert_error (error, TERN_ERROR, row->code);
      else
        g_assert_true (tern_error_is_transport (error));
    }
}

static void
check_start (Outlook *self, const Case *row, const char *when, const Expected *expected)
{
  g_autofree char *used = NULL;
  g_autofree char *skipped = NULL;

  check_row (self, row, when, expected);
  used = outlook_dup_channel (self);
  if (row->channel != NULL)
    g_assert_cmpstr (used, ==, row->channel);
  skipped = outlook_dup_trace (self, "channel.skip");
  if (row->skipped != NULL && expected->graph_tokens > 0)
    g_assert_nonnull (strstr (skipped, row->skipped));
}

static void
test_case (Outlook *self, gconstpointer data)
{
  const Case *row = data;

  outlook_grant (self, row->graph_scopes, row->imap_scopes);
  outlook_set_graph (self, row->graph);
  outlook_set_imap (self, row->imap);
  outlook_add_account (self);
  check_start (self, row, "cold", &row->cold);
  check_row (self, row, "again", &row->again);
  outlook_restart (self, 0);
  check_start (self, row, "warm", &row->warm);
  outlook_restart (self, 61);
  check_start (self, row, "later", &row->later);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_message ("| scopes of Graph | of IMAP | Graph | IMAP | start | used "
                  "| tokens for Graph and IMAP | requests to Graph | connections to IMAP |");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *name = g_strconcat ("/outlook/routing/", cases[i].sentence, NULL);

      g_test_add (name, Outlook, &cases[i], outlook_set_up, test_case, outlook_tear_down);
    }
  return g_test_run ();
}
