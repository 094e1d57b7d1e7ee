/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-mock-imap-private.h"

#include <string.h>

/* What the commands that change folders do by default, and APPEND. */

static MockFolder *
take_folder (MockSession *self, const char **p)
{
  g_autofree char *name = mock_take_argument (p);

  return name != NULL ? mock_server_find_folder (self->server, name) : NULL;
}

static void
refuse (MockSession *self, const TernMockImapCommand *command, const char *code)
{
  mock_session_send (self, "%s NO [%s] no\r\n", command->tag, code);
}

void
mock_do_create (MockSession *self, const TernMockImapCommand *command)
{
  const char *p = command->args;
  g_autofree char *name = mock_take_argument (&p);
  const char *use = strstr (p, "USE (");
  g_autofree char *attributes =
      use != NULL ? g_strndup (use + 5, strcspn (use + 5, ")")) : g_strdup ("");

  if (name == NULL)
    mock_bad (self, command);
  else if (mock_server_find_folder (self->server, name) != NULL)
    refuse (self, command, "ALREADYEXISTS");
  else
    {
      g_ptr_array_add (self->server->folders, mock_folder_new (name, attributes));
      mock_ok (self, command);
    }
}

void
mock_do_delete (MockSession *self, const TernMockImapCommand *command)
{
  const char *p = command->args;
  MockFolder *folder = take_folder (self, &p);

  if (folder == NULL)
    {
      refuse (self, command, "NONEXISTENT");
      return;
    }
  tern_mock_imap_server_remove_folder (self->server, folder->name);
  mock_ok (self, command);
}

void
mock_do_rename (MockSession *self, const TernMockImapCommand *command)
{
  const char *p = command->args;
  MockFolder *folder = take_folder (self, &p);
  g_autofree char *name = mock_take_argument (&p);
  g_autofree char *old = NULL;

  if (folder == NULL || name == NULL)
    {
      refuse (self, command, "NONEXISTENT");
      return;
    }
  if (mock_server_find_folder (self->server, name) != NULL)
    {
      refuse (self, command, "ALREADYEXISTS");
      return;
    }
  old = g_strdup (folder->name);
  for (guint i = 0; i < self->server->folders->len; i++)
    {
      MockFolder *other = self->server->folders->pdata[i];
      gsize length = strlen (old);

      if (g_str_has_prefix (other->name, old) &&
          (other->name[length] == '\0' || other->name[length] == '/'))
        {
          g_autofree char *before = other->name;

          other->name = g_strconcat (name, before + length, NULL);
        }
    }
  mock_ok (self, command);
}

void
mock_do_subscribe (MockSession *self, const TernMockImapCommand *command)
{
  mock_ok (self, command);
}

/* APPEND mailbox [flags] [date] letter (RFC 9051 section 6.3.12) */
void
mock_do_append (MockSession *self, const TernMockImapCommand *command)
{
  const char *p = command->args;
  MockFolder *folder = take_folder (self, &p);
  g_autofree char *flags = NULL;
  g_autofree char *date = NULL;
  g_autofree char *letter = NULL;

  p += strspn (p, " ");
  if (*p == '(')
    {
      g_autofree char *list = mock_take_argument (&p);

      flags = mock_unwrap (list);
    }
  letter = mock_take_argument (&p);
  p += strspn (p, " ");
  if (*p != '\0')
    {
      date = g_steal_pointer (&letter);
      letter = mock_take_argument (&p);
    }
  if (folder == NULL)
    refuse (self, command, "TRYCREATE");
  else if (letter == NULL)
    mock_bad (self, command);
  else
    {
      const MockMessage *message = mock_folder_add (
          folder, &(TernMockImapMessage){ .flags = flags, .internaldate = date, .raw = letter });

      mock_session_send (self, "%s OK [APPENDUID %u %u] appended\r\n", command->tag,
                         folder->uidvalidity, message->uid);
      mock_server_changed (self->server);
    }
}
