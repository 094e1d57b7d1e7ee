/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-engine-fixture.h"
#include "tern-error.h"
#include "tern-secrets.h"

#define GUID "9e5f94bc-e8a4-4e73-b8be-63364c29d753"

typedef struct
{
  GCancellable *cancellable; /* cancelled with the first progress; NULL to go on */
  guint n_told;
  goffset done;
  goffset total;
} Progress;

static void
progress_cb (goffset done, goffset total, gpointer user_data)
{
  Progress *progress = user_data;

  g_assert_cmpint (done, >=, progress->done);
  progress->n_told++;
  progress->done = done;
  progress->total = total;
  if (progress->cancellable != NULL && done > 0)
    g_cancellable_cancel (progress->cancellable);
}

static TernImportReport *
import (Fixture *fixture, const char *text, gboolean replace, Progress *progress)
{
  g_autoptr (GPtrArray) lines = tern_account_lines_parse (text, strlen (text), NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  TernImportReport *report;

  tern_engine_import_accounts_async (
      fixture->engine, lines, replace, "Shop", progress != NULL ? progress->cancellable : NULL,
      progress != NULL ? progress_cb : NULL, progress, fixture_done_cb, &result);
  report = tern_engine_import_accounts_finish (fixture->engine, fixture_wait (&result), &error);
  g_assert_no_error (error);
  return report;
}

static GPtrArray *
read_accounts (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *accounts = tern_engine_read_accounts (fixture->engine, &error);

  g_assert_no_error (error);
  return accounts;
}

static void
assert_secret (const char *uuid, TernSecretKind kind, const char *expected)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  char *secret;

  tern_secrets_lookup_async (kind, uuid, NULL, fixture_done_cb, &result);
  secret = tern_secrets_lookup_finish (fixture_wait (&result), &error);
  g_assert_cmpstr (secret, ==, expected);
  if (expected == NULL)
    g_assert_cmpstr (tern_error_get_detail (error), ==, "missing");
  tern_secrets_free (secret);
}

static char *
make_list (guint n)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    g_string_append_printf (text, "user%u@example.org----pw%u----127.0.0.1----993\n", i, i);
  return g_string_free (text, FALSE);
}

static void
test_forms (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (TernImportReport) report = NULL;
  g_autoptr (GPtrArray) accounts = NULL;
  const TernAccount *account;

  report = import (fixture,
                   "ana@outlook.com----pw----" GUID "----M.C5----x\n"
                   "ben@company.example----pw----" GUID "----M.C6\n"
                   "eve@example.org----secret----gmail\n"
                   "ada@example.org----p w----custom----imap.example.org----143\n"
                   "kim@example.org----pw\n"
                   "lee@company.example----pw----QQ\n"
                   "mia@company.example----pw----163\n",
                   FALSE, NULL);
  g_assert_cmpuint (report->added, ==, 7);
  g_assert_cmpuint (report->refused->len, ==, 0);
  accounts = read_accounts (fixture);
  g_assert_cmpuint (accounts->len, ==, 7);

  account = g_ptr_array_index (accounts, 0);
  g_assert_cmpstr (account->provider, ==, "outlook");
  g_assert_cmpstr (account->client_id, ==, GUID);
  g_assert_cmpstr (account->group, ==, "Shop");
  g_assert_false (account->notify);
  g_assert_cmpuint (account->imap->len, >, 0);
  assert_secret (account->uuid, TERN_SECRET_REFRESH_TOKEN, "M.C5----x");
  assert_secret (account->uuid, TERN_SECRET_PASSWORD, NULL);
  account = g_ptr_array_index (accounts, 1);
  g_assert_cmpstr (account->provider, ==, "outlook");
  account = g_ptr_array_index (accounts, 2);
  g_assert_null (account->provider);
  g_assert_cmpstr (((TernEndpoint *) account->imap->pdata[0])->host, ==, "imap.gmail.com");
  assert_secret (account->uuid, TERN_SECRET_PASSWORD, "secret");
  account = g_ptr_array_index (accounts, 3);
  g_assert_cmpint (((TernEndpoint *) account->imap->pdata[0])->port, ==, 143);
  assert_secret (account->uuid, TERN_SECRET_PASSWORD, "p w");
  account = g_ptr_array_index (accounts, 4);
  g_assert_cmpstr (((TernEndpoint *) account->imap->pdata[0])->host, ==, "imap.example.org");
  account = g_ptr_array_index (accounts, 5);
  g_assert_cmpstr (((TernEndpoint *) account->imap->pdata[0])->host, ==, "imap.qq.com");
  account = g_ptr_array_index (accounts, 6);
  g_assert_cmpstr (((TernEndpoint *) account->imap->pdata[0])->host, ==, "imap.163.com");
}

static void
test_refused (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (TernImportReport) report = NULL;
  g_autoptr (GPtrArray) accounts = NULL;
  const TernImportRefusal *refusals;

  report = import (fixture,
                   "nobody----pw\n"
                   "ana@example.org----pw----nowhere\n"
                   "ben@example.org----pw----127.0.0.1----993\n"
                   "eve@example.org----pw----127.0.0.1----x\n",
                   FALSE, NULL);
  g_assert_cmpuint (report->added, ==, 1);
  g_assert_cmpuint (report->refused->len, ==, 3);
  refusals = (const TernImportRefusal *) report->refused->data;
  g_assert_cmpuint (refusals[0].number, ==, 1);
  g_assert_cmpint (refusals[0].fault, ==, TERN_ACCOUNT_LINE_ADDRESS);
  g_assert_cmpuint (refusals[1].number, ==, 2);
  g_assert_cmpint (refusals[1].fault, ==, TERN_ACCOUNT_LINE_PROVIDER);
  g_assert_cmpuint (refusals[2].number, ==, 4);
  g_assert_cmpint (refusals[2].fault, ==, TERN_ACCOUNT_LINE_PORT);
  accounts = read_accounts (fixture);
  g_assert_cmpuint (accounts->len, ==, 1);
}

static void
test_duplicates (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (TernImportReport) first = NULL;
  g_autoptr (TernImportReport) skipped = NULL;
  g_autoptr (TernImportReport) replaced = NULL;
  g_autoptr (GPtrArray) before = NULL;
  g_autoptr (GPtrArray) kept = NULL;
  g_autoptr (GPtrArray) after = NULL;
  const TernAccount *old, *new;

  first = import (fixture,
                  "ana@example.org----one----127.0.0.1----993\n"
                  "Ana@example.org----two----127.0.0.1----993\n"
                  "ben@example.org----pw----127.0.0.1----993\n",
                  FALSE, NULL);
  g_assert_cmpuint (first->added, ==, 2);
  g_assert_cmpuint (first->skipped, ==, 1);
  before = read_accounts (fixture);
  old = g_ptr_array_index (before, 0);
  assert_secret (old->uuid, TERN_SECRET_PASSWORD, "one");

  skipped = import (fixture, "ANA@example.org----three----127.0.0.2----993", FALSE, NULL);
  g_assert_cmpuint (skipped->skipped, ==, 1);
  g_assert_cmpuint (skipped->added + skipped->replaced, ==, 0);
  kept = read_accounts (fixture);
  g_assert_cmpstr (((TernAccount *) kept->pdata[0])->uuid, ==, old->uuid);

  replaced = import (fixture,
                     "ana@example.org----four----127.0.0.2----993\n"
                     "ana@example.org----five----127.0.0.3----993",
                     TRUE, NULL);
  g_assert_cmpuint (replaced->replaced, ==, 2);
  g_assert_cmpuint (replaced->added, ==, 0);
  after = read_accounts (fixture);
  g_assert_cmpuint (after->len, ==, 2);
  new = g_ptr_array_index (after, 0);
  g_assert_cmpint (new->id, ==, old->id);
  g_assert_cmpstr (((TernEndpoint *) new->imap->pdata[0])->host, ==, "127.0.0.3");
  assert_secret (new->uuid, TERN_SECRET_PASSWORD, "five");
  assert_secret (old->uuid, TERN_SECRET_PASSWORD, NULL);
  assert_secret (((TernAccount *) after->pdata[1])->uuid, TERN_SECRET_PASSWORD, "pw");
}

static void
test_many (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *list = make_list (350);
  g_autoptr (TernImportReport) report = NULL;
  g_autoptr (GPtrArray) accounts = NULL;
  Progress progress = { 0 };

  report = import (fixture, list, FALSE, &progress);
  g_assert_cmpuint (report->added, ==, 350);
  g_assert_cmpuint (progress.n_told, ==, 5);
  g_assert_cmpint (progress.done, ==, 350);
  g_assert_cmpint (progress.total, ==, 350);
  accounts = read_accounts (fixture);
  g_assert_cmpuint (accounts->len, ==, 350);
  assert_secret (((TernAccount *) accounts->pdata[349])->uuid, TERN_SECRET_PASSWORD, "pw349");
  g_assert_cmpuint (tern_mock_imap_server_count_connections (fixture->server), ==, 0);
}

static void
test_cancelled (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *list = make_list (350);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (TernImportReport) report = NULL;
  g_autoptr (GPtrArray) accounts = NULL;
  Progress progress = { .cancellable = cancellable };

  report = import (fixture, list, FALSE, &progress);
  g_assert_cmpuint (report->added, >=, 100);
  g_assert_cmpuint (report->added + report->left, ==, 350);
  accounts = read_accounts (fixture);
  g_assert_cmpuint (accounts->len, ==, report->added);
}

static void
test_closed (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *list = make_list (350);
  g_autoptr (GPtrArray) lines = tern_account_lines_parse (list, strlen (list), NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (TernImportReport) report = NULL;
  g_autoptr (GPtrArray) accounts = NULL;

  tern_engine_import_accounts_async (fixture->engine, lines, FALSE, NULL, NULL, NULL, NULL,
                                     fixture_done_cb, &result);
  tern_engine_close (fixture->engine);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_nonnull (result);
  report = tern_engine_import_accounts_finish (fixture->engine, result, NULL);
  g_clear_object (&result);
  fixture_restart (fixture);
  accounts = read_accounts (fixture);
  /* None is there without its secret. */
  for (guint i = 0; i < accounts->len; i++)
    {
      g_autofree char *password = g_strdup_printf ("pw%u", i);

      assert_secret (((TernAccount *) accounts->pdata[i])->uuid, TERN_SECRET_PASSWORD, password);
    }
}

static void
test_used (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (TernImportReport) report = NULL;
  g_autoptr (GError) error = NULL;

  fixture_add_account (fixture);
  g_assert_true (fixture_sync (fixture, "INBOX", &error));
  /* The list has another password for it: what it signs in with changes at once. */
  report = import (fixture, "ana@example.org----other----127.0.0.1----1", TRUE, NULL);
  g_assert_cmpuint (report->replaced, ==, 1);
  tern_mock_imap_server_wait_closed (fixture->server);
  g_assert_cmpuint (fixture_count_rows (fixture, "INBOX"), ==, 5);
  g_assert_false (fixture_sync (fixture, "INBOX", &error));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define TEST(sentence, function)                                                                   \
  g_test_add ("/engine/import/" sentence, Fixture, NULL, fixture_set_up, function,                 \
              fixture_tear_down)

  TEST ("a refused line is told by its number, and the others are kept", test_refused);
  TEST ("each form of a line becomes an account with its secret and nothing more", test_forms);
  TEST ("accounts that there are stay, or get another sign-in and keep their mail",
        test_duplicates);
  TEST ("an account that is at work is closed when its sign-in is replaced", test_used);
  TEST ("hundreds are kept with progress, and no server is asked", test_many);
  TEST ("a cancelled import keeps what was done and tells what was not", test_cancelled);
  TEST ("an engine that is closed during an import leaves no account without its secret",
        test_closed);

  return g_test_run ();
}
