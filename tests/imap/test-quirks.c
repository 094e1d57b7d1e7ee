/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "tern-imap-limits.h"
#include "tern-imap-quirks.h"

static TernImapQuirks
find (const char *host, const char *greeting, const char *name, const char *version)
{
  const TernImapIdentity identity = { host, greeting, name, version };
  TernImapQuirks quirks;

  tern_imap_quirks_find (&quirks, &identity);
  return quirks;
}

static void
test_unknown (void)
{
  TernImapQuirks quirks = find ("mail.example.org", "ready", NULL, NULL);

  g_assert_null (quirks.name);
  g_assert_cmpuint (quirks.flags, ==, 0);
  g_assert_cmpuint (quirks.max_connections, ==, 4);
  g_assert_cmpuint (quirks.max_command, ==, 1000);
  g_assert_cmpuint (quirks.max_pipeline, ==, TERN_IMAP_MAX_PIPELINE);
  g_assert_false (tern_imap_quirks_distrust (&quirks, "QRESYNC"));
  quirks = find ("mail.example.org", NULL, NULL, NULL);
  g_assert_null (quirks.name);
}

static void
test_keys (void)
{
  static const struct
  {
    TernImapIdentity identity;
    const char *name;
  } servers[] = {
    { { "imap.gmail.com", NULL, NULL, NULL }, "Gmail" },
    { { "10.0.0.1", "Gimap ready for requests from 10.0.0.2 x7", NULL, NULL }, "Gmail" },
    { { "10.0.0.1", "ready", "GImap", NULL }, "Gmail" },
    { { "OUTLOOK.office365.com", NULL, NULL, NULL }, "Exchange" },
    { { "x", "The Microsoft Exchange IMAP4 service is ready. [QQ==]", NULL, NULL }, "Exchange" },
    { { "x", "x", "Microsoft.Exchange.Imap4.Imap4Server", "15.20" }, "Exchange" },
    { { "imap.mail.yahoo.com", NULL, NULL, NULL }, "Yahoo" },
    { { "imap.aol.com", NULL, NULL, NULL }, "Yahoo" },
    { { "p01-imap.mail.me.com", NULL, NULL, NULL }, "iCloud" },
    { { "imap.163.com", NULL, NULL, NULL }, "NetEase" },
    { { "x", "Coremail System IMap Server Ready(163com[1])", NULL, NULL }, "NetEase" },
    { { "imap.qq.com", NULL, NULL, NULL }, "QQ" },
    { { "x", "Dovecot (Debian) ready.", NULL, NULL }, "Dovecot" },
    { { "x", "x", "Dovecot", NULL }, "Dovecot" },
    { { "x", "mail Cyrus IMAP 3.6.1-Debian server ready", NULL, NULL }, "Cyrus" },
    { { "x", "Courier-IMAP ready. Copyright 1998-2021", NULL, NULL }, "Courier" },
    { { "127.0.0.1", "Proton Mail Bridge 03.10.00 - gluon", NULL, NULL }, "Proton bridge" },
    { { "imap.yandex.com", NULL, NULL, NULL }, "Yandex" },
    { { "imap.mail.ru", NULL, NULL, NULL }, "mail.ru" },
    { { "imap.zoho.eu", NULL, NULL, NULL }, "Zoho" },
    { { "imap.strato.de", "Dovecot ready", NULL, NULL }, "Strato" },
    { { "notgmail.com", NULL, NULL, NULL }, NULL },
    { { "gmail.com.example.org", NULL, NULL, NULL }, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (servers); i++)
    {
      TernImapQuirks quirks;

      tern_imap_quirks_find (&quirks, &servers[i].identity);
      g_assert_cmpstr (quirks.name, ==, servers[i].name);
    }
}

static void
test_sum (void)
{
  TernImapQuirks quirks = find ("imap.aol.com", "Dovecot ready", NULL, NULL);

  g_assert_true (quirks.flags & TERN_IMAP_QUIRK_APPEND_CRLF);
  g_assert_true (tern_imap_quirks_distrust (&quirks, "CONDSTORE"));
  g_assert_cmpuint (quirks.max_command, ==, 1000);
  quirks = find ("x", "Dovecot ready", NULL, NULL);
  g_assert_cmpuint (quirks.max_command, >, 1000);
}

static gboolean
lists_plainly (const char *greeting, const char *name, const char *version)
{
  TernImapQuirks quirks = find ("x", greeting, name, version);

  return tern_imap_quirks_distrust (&quirks, "LIST-EXTENDED") &&
         tern_imap_quirks_distrust (&quirks, "LIST-STATUS");
}

static void
test_versions (void)
{
  g_assert_true (lists_plainly ("mail Cyrus IMAP v2.4.17-Fedora server ready", NULL, NULL));
  g_assert_true (lists_plainly ("mail Cyrus IMAP4 v2.2.13 server ready", NULL, NULL));
  g_assert_true (lists_plainly ("ready", "Cyrus IMAPD", "v2.5.10 d1df8aff 2012-12-01"));
  g_assert_true (lists_plainly ("ready", "Cyrus IMAPD", "2.5"));
  g_assert_false (lists_plainly ("mail Cyrus IMAP 2.5.11 server ready", NULL, NULL));
  g_assert_false (lists_plainly ("mail Cyrus IMAP 3.0.8 server ready", NULL, NULL));
  g_assert_false (lists_plainly ("ready", "Cyrus IMAPD", "3.10.1"));
  g_assert_false (lists_plainly ("ready", "Cyrus IMAPD", NULL));
  g_assert_false (lists_plainly ("ready", "Dovecot", "2.2.0"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/imap/quirks/an unknown server gets what every server can do", test_unknown);
  g_test_add_func ("/imap/quirks/a server is known by host, greeting or ID", test_keys);
  g_test_add_func ("/imap/quirks/a program and its service are minded together", test_sum);
  g_test_add_func ("/imap/quirks/versions are compared by their numbers", test_versions);
  return g_test_run ();
}
