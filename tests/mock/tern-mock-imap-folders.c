/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-mock-imap-private.h"

/* What others do to folders. */

static guint
find_folder (TernMockImapServer *self, const char *name)
{
  guint index = 0;
  MockFolder *folder = mock_server_find_folder (self, name);

  g_assert_true (folder != NULL && g_ptr_array_find (self->folders, folder, &index));
  return index;
}

void
tern_mock_imap_server_rename_folder (TernMockImapServer *self, const char *from, const char *to)
{
  MockFolder *folder;
  MOCK_LOCKED (self);

  folder = g_ptr_array_index (self->folders, find_folder (self, from));
  g_free (folder->name);
  folder->name = g_strdup (to);
}

void
tern_mock_imap_server_remove_folder (TernMockImapServer *self, const char *name)
{
  guint index;
  MockFolder *folder;
  MOCK_LOCKED (self);

  index = find_folder (self, name);
  folder = g_ptr_array_index (self->folders, index);
  for (guint i = 0; i < self->sessions->len; i++)
    {
      MockSession *session = g_ptr_array_index (self->sessions, i);

      if (session->folder == folder)
        session->folder = NULL;
    }
  g_ptr_array_remove_index (self->folders, index);
}
