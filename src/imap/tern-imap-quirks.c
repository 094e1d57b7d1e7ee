/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-quirks.h"

#include <string.h>

#include "tern-imap-limits.h"

/* How many words one row of the table may hold. */
#define MAX_WORDS 8

/**
 * Kind:
 * @name: the kind's name
 * @hosts: ends of host names, at a dot
 * @words: in the greeting, or in the program's name by ID, in any case
 * @before: for older versions only, where it is known
 * @without: capabilities that are not used, offered or not
 *
 * One row: whom it is about, and what holds for them; 0 for the usual.
 */
typedef struct
{
  const char *name;
  const char *hosts[MAX_WORDS];
  const char *words[MAX_WORDS];
  const char *before;
  const char *without[MAX_WORDS];
  TernImapQuirkFlags flags;
  guint max_connections;
  guint max_command;
  guint max_pipeline;
} Kind;

/* docs/servers.md tells which behaviour each of these is for. Programs stand before the services
 * that run them: the last name that fits is the server's. */
static const Kind kinds[] = {
  {
      .name = "Dovecot",
      .words = { "Dovecot" },
      .max_command = 8000,
  },
  {
      .name = "Cyrus",
      .words = { "Cyrus IMAP4", "Cyrus IMAP" },
      .flags = TERN_IMAP_QUIRK_LOGIN_AHEAD,
  },
  {
      .name = "old Cyrus",
      .words = { "Cyrus IMAP4", "Cyrus IMAP" },
      .before = "2.5.11",
      .without = { "LIST-EXTENDED", "LIST-STATUS" },
  },
  {
      .name = "Courier",
      .words = { "Courier" },
      .flags = TERN_IMAP_QUIRK_APPEND_NOOP,
      .max_connections = 4,
  },
  {
      .name = "Proton bridge",
      .words = { "Proton Mail Bridge", "ProtonMail Bridge", "gluon" },
  },
  {
      .name = "Gmail",
      .hosts = { "gmail.com", "googlemail.com" },
      .words = { "GImap" },
      .flags = TERN_IMAP_QUIRK_TRASH_BY_COPY | TERN_IMAP_QUIRK_WRONG_STRUCTURE,
      .max_connections = 4,
  },
  {
      .name = "Exchange",
      .hosts = { "outlook.com", "office365.com", "hotmail.com", "live.com" },
      .words = { "Microsoft Exchange", "Microsoft.Exchange" },
      .flags = TERN_IMAP_QUIRK_APPEND_LOSES_FLAGS,
      .max_pipeline = 20,
  },
  {
      .name = "Yahoo",
      .hosts = { "mail.yahoo.com", "mail.yahoo.co.jp", "aol.com", "verizon.net" },
      .words = { "Yahoo" },
      .without = { "IDLE", "CONDSTORE", "QRESYNC" },
      .flags = TERN_IMAP_QUIRK_APPEND_CRLF,
      .max_command = 1000,
  },
  {
      .name = "iCloud",
      .hosts = { "mail.me.com", "icloud.com" },
      .words = { "iCloud" },
      .without = { "QRESYNC" },
  },
  {
      .name = "NetEase",
      .hosts = { "163.com", "126.com", "yeah.net", "188.com", "netease.com" },
      .words = { "Coremail" },
      .flags = TERN_IMAP_QUIRK_WANTS_ID,
  },
  {
      .name = "QQ",
      .hosts = { "qq.com", "foxmail.com" },
      .words = { "QQMail", "QQ Mail" },
      .flags = TERN_IMAP_QUIRK_WANTS_ID,
  },
  {
      .name = "Yandex",
      .hosts = { "yandex.com", "yandex.ru", "yandex.net", "ya.ru" },
      .words = { "Yandex" },
  },
  {
      .name = "mail.ru",
      .hosts = { "mail.ru" },
  },
  {
      .name = "Zoho",
      .hosts = { "zoho.com", "zoho.eu", "zoho.in", "zoho.com.au", "zoho.com.cn" },
      .words = { "Zoho" },
      .without = { "CONDSTORE", "QRESYNC" },
  },
  {
      .name = "Strato",
      .hosts = { "strato.de", "strato.com" },
  },
};

G_STATIC_ASSERT (G_N_ELEMENTS (kinds) <= 32);

static gboolean
has_domain (const char *host, const char *domain)
{
  gsize length = strlen (host), tail = strlen (domain);

  return length >= tail && g_ascii_strcasecmp (host + length - tail, domain) == 0 &&
         (length == tail || host[length - tail - 1] == '.');
}

static const char *
find_word (const char *text, const char *word)
{
  gsize length = strlen (word);

  for (const char *p = text; p != NULL && *p != '\0'; p++)
    if (g_ascii_strncasecmp (p, word, length) == 0)
      return p + length;
  return NULL;
}

/* Compares `2.5.10` with `2.5.11` number by number. */
static gboolean
is_before (const char *version, const char *limit)
{
  while (*limit != '\0')
    {
      char *version_end, *limit_end;
      guint64 have = g_ascii_strtoull (version, &version_end, 10);
      guint64 want = g_ascii_strtoull (limit, &limit_end, 10);

      if (have != want)
        return have < want;
      version = *version_end == '.' ? version_end + 1 : "";
      limit = *limit_end == '.' ? limit_end + 1 : "";
    }
  return FALSE;
}

/* A version behind the program's name, such as ` v2.4.17`; NULL where none stands there. */
static const char *
find_version (const char *text)
{
  text += strspn (text, " vV/");
  return g_ascii_isdigit (*text) ? text : NULL;
}

static gboolean
fits (const Kind *kind, const TernImapIdentity *identity)
{
  const char *version = identity->version;
  gboolean found = FALSE;

  for (guint i = 0; i < MAX_WORDS && kind->hosts[i] != NULL; i++)
    found = found || has_domain (identity->host, kind->hosts[i]);
  for (guint i = 0; i < MAX_WORDS && kind->words[i] != NULL; i++)
    {
      const char *behind = find_word (identity->greeting, kind->words[i]);

      if (behind != NULL && version == NULL)
        version = find_version (behind);
      found = found || behind != NULL || find_word (identity->name, kind->words[i]) != NULL;
    }
  if (kind->before == NULL)
    return found;
  version = version != NULL ? find_version (version) : NULL;
  return found && version != NULL && is_before (version, kind->before);
}

static guint
lower (guint before, guint value)
{
  return value == 0 || (before != 0 && before < value) ? before : value;
}

/**
 * tern_imap_quirks_find:
 * @self: (out caller-allocates): what has to be minded
 * @identity: what is known of the server
 *
 * Looks a server up in the table of kinds. Where several fit, such as a program and the service
 * that runs it, all that is true of either holds, with the smaller numbers.
 */
void
tern_imap_quirks_find (TernImapQuirks *self, const TernImapIdentity *identity)
{
  *self = (TernImapQuirks){ 0 };
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      const Kind *kind = &kinds[i];

      if (!fits (kind, identity))
        continue;
      self->name = kind->name;
      self->flags |= kind->flags;
      self->max_connections = lower (self->max_connections, kind->max_connections);
      self->max_command = lower (self->max_command, kind->max_command);
      self->max_pipeline = lower (self->max_pipeline, kind->max_pipeline);
      self->kinds |= 1u << i;
    }
  self->max_connections = lower (TERN_IMAP_MAX_CONNECTIONS, self->max_connections);
  self->max_command = self->max_command != 0 ? self->max_command : TERN_IMAP_MAX_COMMAND;
  self->max_pipeline = lower (TERN_IMAP_MAX_PIPELINE, self->max_pipeline);
}

/**
 * tern_imap_quirks_distrust:
 * @self: quirks that were found
 * @capability: a capability's name, upper case
 *
 * Returns: whether the server is known to get it wrong, so that it must not be used
 */
gboolean
tern_imap_quirks_distrust (const TernImapQuirks *self, const char *capability)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    for (guint k = 0; (self->kinds & (1u << i)) != 0 && k < MAX_WORDS; k++)
      if (g_strcmp0 (kinds[i].without[k], capability) == 0)
        return TRUE;
  return FALSE;
}
