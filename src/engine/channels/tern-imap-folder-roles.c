/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-folder-roles.h"

#include <string.h>

#include "tern-imap-folder-names.h"

/**
 * tern_imap_folder_role_from_flags:
 * @flags: what the server says of a mailbox
 *
 * Returns: what it is for, as far as SPECIAL-USE (RFC 6154) or XLIST tells
 */
TernFolderRole
tern_imap_folder_role_from_flags (TernImapMailboxFlags flags)
{
  static const struct
  {
    TernImapMailboxFlags flag;
    TernFolderRole role;
  } roles[] = {
    { TERN_IMAP_MAILBOX_INBOX, TERN_FOLDER_ROLE_INBOX },
    { TERN_IMAP_MAILBOX_DRAFTS, TERN_FOLDER_ROLE_DRAFTS },
    { TERN_IMAP_MAILBOX_SENT, TERN_FOLDER_ROLE_SENT },
    { TERN_IMAP_MAILBOX_TRASH, TERN_FOLDER_ROLE_TRASH },
    { TERN_IMAP_MAILBOX_JUNK, TERN_FOLDER_ROLE_JUNK },
    { TERN_IMAP_MAILBOX_ARCHIVE, TERN_FOLDER_ROLE_ARCHIVE },
    { TERN_IMAP_MAILBOX_ALL, TERN_FOLDER_ROLE_ALL },
    { TERN_IMAP_MAILBOX_FLAGGED, TERN_FOLDER_ROLE_FLAGGED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (roles); i++)
    if ((flags & roles[i].flag) != 0)
      return roles[i].role;
  return TERN_FOLDER_ROLE_NONE;
}

static guint
count_levels (const TernFolder *folder)
{
  guint levels = 0;

  for (const char *p = folder->path; *p != '\0'; p++)
    levels += *p == '/';
  return levels;
}

/* Where a server marks several for one purpose, the highest keeps it. INBOX stays INBOX only. */
static void
settle_roles (GPtrArray *folders, TernFolder **by_role)
{
  for (guint i = 0; i < folders->len; i++)
    {
      TernFolder *folder = folders->pdata[i], *other = by_role[folder->role];

      if (folder->role == TERN_FOLDER_ROLE_NONE)
        continue;
      if (folder->role == TERN_FOLDER_ROLE_INBOX && strcmp (folder->remote_id, "INBOX") != 0)
        folder->role = TERN_FOLDER_ROLE_NONE;
      else if (other != NULL && count_levels (folder) >= count_levels (other))
        folder->role = TERN_FOLDER_ROLE_NONE;
      else
        {
          if (other != NULL)
            other->role = TERN_FOLDER_ROLE_NONE;
          by_role[folder->role] = folder;
        }
    }
}

/* Names tell only what no attribute told, and the highest folder counts: `Trash` before
 * `Old/Trash`. */
static void
guess_roles (GPtrArray *folders, TernFolder **by_role)
{
  TernFolder *best[TERN_FOLDER_ROLE_FLAGGED + 1] = { NULL };
  guint best_rank[TERN_FOLDER_ROLE_FLAGGED + 1] = { 0 };

  for (guint i = 0; i < folders->len; i++)
    {
      TernFolder *folder = folders->pdata[i];
      guint rank;
      TernFolderRole role = folder->role == TERN_FOLDER_ROLE_NONE && folder->selectable
                                ? tern_imap_folder_name_get_role (folder->name, &rank)
                                : TERN_FOLDER_ROLE_NONE;

      /* Where all mail is kept in one folder, that is the archive. */
      if (role == TERN_FOLDER_ROLE_NONE || by_role[role] != NULL ||
          (role == TERN_FOLDER_ROLE_ARCHIVE && by_role[TERN_FOLDER_ROLE_ALL] != NULL))
        continue;
      if (best[role] == NULL || count_levels (folder) < count_levels (best[role]) ||
          (count_levels (folder) == count_levels (best[role]) && rank < best_rank[role]))
        {
          best[role] = folder;
          best_rank[role] = rank;
        }
    }
  for (guint role = 0; role < G_N_ELEMENTS (best); role++)
    if (best[role] != NULL)
      best[role]->role = (TernFolderRole) role;
}

/**
 * tern_imap_folder_roles_settle:
 * @folders: (element-type TernFolder): the user's own folders, with the roles that the server told
 *
 * Gives each role to one folder at most: to the one that the server marked, else to one that is
 * named like it in any language.
 */
void
tern_imap_folder_roles_settle (GPtrArray *folders)
{
  TernFolder *by_role[TERN_FOLDER_ROLE_FLAGGED + 1] = { NULL };

  settle_roles (folders, by_role);
  guess_roles (folders, by_role);
}
