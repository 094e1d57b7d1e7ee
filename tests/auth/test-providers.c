/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <string.h>

#include "tern-error.h"
#include "tern-providers.h"

static TernProviders *
load (const char *first, const char *second, GError **error)
{
  g_autofree char *dir = g_dir_make_tmp ("tern-providers-XXXXXX", NULL);
  g_autofree char *a = g_build_filename (dir, "a.json", NULL);
  g_autofree char *b = g_build_filename (dir, "b.json", NULL);
  const char *files[] = { a, b, NULL };
  TernProviders *providers;

  if (first != NULL)
    g_assert_true (g_file_set_contents (a, first, -1, NULL));
  if (second != NULL)
    g_assert_true (g_file_set_contents (b, second, -1, NULL));
  providers = tern_providers_load (files, error);
  g_unlink (a);
  g_unlink (b);
  g_rmdir (dir);
  return providers;
}

static void
assert_refused (const char *text, const char *problem)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (load (NULL, text, &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_INVALID);
  if (strstr (error->message, problem) == NULL)
    g_error ("“%s” does not say “%s”", error->message, problem);
}

static void
test_no_json (void)
{
  g_autofree char *deep = g_strnfill (500000, '[');

  assert_refused ("", "b.json: has no list");
  assert_refused ("{\"providers\": [", "b.json: is not JSON");
  assert_refused ("\xff\xfe", "not UTF-8");
  assert_refused ("[]", "no list");
  assert_refused ("{\"providers\": {}}", "no list");
  assert_refused ("{\"providers\": [1]}", "without “id”");
  assert_refused ("{\"providers\": [{}]}", "without “id”");
  assert_refused (deep, "too deep");
}

#define PROVIDER(members)                                                                          \
  "{\"providers\": [{\"id\": \"own\", \"channels\": [\"imap\"], "                                  \
  "\"imap\": [{\"host\": \"imap.example.org\", \"port\": 993}]" members "}]}"

static void
test_bad_members (void)
{
  assert_refused (PROVIDER (", \"imap\": 3"), "“imap” is not a list");
  assert_refused (PROVIDER (", \"imap\": []"), "“imap” is missing");
  assert_refused (PROVIDER (", \"imap\": [{\"host\": \"x\"}]"), "without host or port");
  assert_refused (PROVIDER (", \"imap\": [{\"host\": \"x\", \"port\": 70000}]"), "HOST:PORT");
  assert_refused (PROVIDER (", \"imap\": [{\"host\": \"x\", \"port\": 1, \"security\": \"ssl\"}]"),
                  "“ssl” is none of");
  assert_refused (PROVIDER (", \"channels\": [\"pop\"]"), "“pop” is neither");
  assert_refused (PROVIDER (", \"channels\": []"), "“channels” is empty");
  assert_refused (PROVIDER (", \"channels\": [\"graph\"]"), "“graph” is missing");
  assert_refused (PROVIDER (", \"domains\": [3]"), "“domains”");
  assert_refused (PROVIDER (", \"oauth\": []"), "“oauth” is not an object");
  assert_refused (PROVIDER (", \"oauth\": {\"token\": 3}"), "“token” is not text");
  assert_refused (PROVIDER (", \"oauth\": {\"scopes\": 3}"), "“scopes”");
  assert_refused (PROVIDER (", \"oauth\": {\"other_pages\": {\"error\": \"E\", "
                            "\"replace\": \"a\", \"with\": \"/b\"}}"),
                  "two parts of paths");
  assert_refused (PROVIDER (", \"name\": \"a\\nb\""), "control character");
  assert_refused ("{\"providers\": [{\"id\": \"../x\"}]}", "“id”");
}

static void
test_plain_text (void)
{
  assert_refused (PROVIDER (", \"oauth\": {\"token\": \"http://login.example.org/token\"}"),
                  "neither https://");
  assert_refused (PROVIDER (", \"oauth\": {\"token\": \"ftp://localhost/token\"}"),
                  "neither https://");
  assert_refused (PROVIDER (", \"graph\": \"http://localhost.example.org/v1.0\""),
                  "neither https://");
  assert_refused (PROVIDER (", \"graph\": \"https://user@example.org/\""), "no address");
  assert_refused (
      PROVIDER (", \"imap\": [{\"host\": \"x\", \"port\": 143, \"security\": \"none\"}]"),
      "must be encrypted");
}

/* A file may not leave to a later one what it needs. */
static void
test_file_is_named (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (load ("{\"providers\": [{\"id\": \"own\", \"channels\": [\"imap\"]}]}",
                       PROVIDER (""), &error));
  g_assert_error (error, TERN_ERROR, TERN_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "a.json: provider “own”: “imap” is missing"));
}

static void
test_this_machine (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TernProviders) providers =
      load (PROVIDER (", \"imap\": [{\"host\": \"::1\", \"port\": 143, \"security\": \"none\"}], "
                      "\"graph\": \"http://127.0.0.1:8080/v1.0/\", "
                      "\"oauth\": {\"token\": \"http://localhost:1/token\"}"),
            NULL, &error);
  const TernProvider *provider;

  g_assert_no_error (error);
  provider = tern_providers_get (providers, "own");
  g_assert_cmpstr (provider->graph, ==, "http://127.0.0.1:8080/v1.0");
  g_assert_cmpstr (provider->name, ==, "own");
}

static void
test_own (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TernProviders) providers = load (NULL, NULL, &error);
  const TernProvider *outlook;

  g_assert_no_error (error);
  outlook = tern_providers_find (providers, "Ana@Hotmail.COM");
  g_assert_nonnull (outlook);
  g_assert_cmpstr (outlook->id, ==, "outlook");
  g_assert_cmpstr (outlook->channels[0], ==, "graph");
  g_assert_cmpuint (outlook->imap->len, ==, 2);
  g_assert_true (tern_provider_can_sign_in (outlook));
  g_assert_cmpstr (tern_providers_find (providers, "a@gmail.com")->id, ==, "google");
  g_assert_nonnull (tern_providers_get (providers, "yahoo"));
  g_assert_nonnull (tern_providers_get (providers, "fastmail"));
  g_assert_null (tern_providers_find (providers, "a@example.org"));
  g_assert_null (tern_providers_find (providers, "a@notgmail.com"));
  g_assert_null (tern_providers_find (providers, "gmail.com"));
}

static void
test_servers (void)
{
  static const struct
  {
    const char *email;
    const char *id;
    const char *host;
  } rows[] = {
    { "a@qq.com", "qq", "imap.qq.com" },
    { "a@foxmail.com", "qq", "imap.qq.com" },
    { "a@163.com", "163", "imap.163.com" },
    { "a@126.com", "126", "imap.126.com" },
    { "a@icloud.com", "icloud", "imap.mail.me.com" },
    { "a@gmx.net", "gmx", "imap.gmx.net" },
    { "a@gmx.com", "gmx-com", "imap.gmx.com" },
    { "a@inbox.ru", "mail.ru", "imap.mail.ru" },
    { "a@zoho.com", "zoho", "imap.zoho.com" },
    { "a@yahoo.co.jp", "yahoo-japan", "imap.mail.yahoo.co.jp" },
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (TernProviders) providers = load (NULL, NULL, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      TernProvider *provider = tern_providers_find (providers, rows[i].email);

      g_assert_nonnull (provider);
      g_assert_true (tern_providers_get (providers, rows[i].id) == provider);
      g_assert_cmpstr (((TernEndpoint *) provider->imap->pdata[0])->host, ==, rows[i].host);
      g_assert_false (tern_provider_can_sign_in (provider));
    }
}

static void
test_layers (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TernProviders) providers =
      load ("{\"providers\": [{\"id\": \"outlook\", \"oauth\": {\"client_id\": \"first\"}},"
            "{\"id\": \"google\", \"oauth\": {\"client_id\": \"of a company\"}}]}",
            "{\"providers\": [{\"id\": \"outlook\", \"domains\": [\"example.org\"], "
            "\"oauth\": {\"client_id\": \"second\", \"device\": null}}]}",
            &error);
  const TernProvider *outlook;

  g_assert_no_error (error);
  outlook = tern_providers_find (providers, "a@example.org");
  g_assert_nonnull (outlook);
  g_assert_cmpstr (outlook->client_id, ==, "second");
  g_assert_null (outlook->device);
  g_assert_nonnull (outlook->authorize);
  g_assert_null (tern_providers_find (providers, "a@outlook.com"));
  g_assert_cmpstr (tern_providers_get (providers, "google")->client_id, ==, "of a company");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add_func ("/auth/providers/" name, func)
  ADD ("a file that is none is one clear error", test_no_json);
  ADD ("a member that makes no sense is named", test_bad_members);
  ADD ("the file is named in which a provider is not whole", test_file_is_named);
  ADD ("nothing secret goes over a network in plain text", test_plain_text);
  ADD ("this machine may be spoken to in plain text", test_this_machine);
  ADD ("the program knows providers by the domains of their addresses", test_own);
  ADD ("mailboxes with a password have their provider's server", test_servers);
  ADD ("a file replaces single members of a provider, and removes them", test_layers);
  return g_test_run ();
}
