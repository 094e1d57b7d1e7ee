/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * TernFolderRole:
 *
 * What a folder is for (RFC 6154 section 2). The values are part of the database's format.
 */
typedef enum
{
  TERN_FOLDER_ROLE_NONE,
  TERN_FOLDER_ROLE_INBOX,
  TERN_FOLDER_ROLE_DRAFTS,
  TERN_FOLDER_ROLE_SENT,
  TERN_FOLDER_ROLE_ARCHIVE,
  TERN_FOLDER_ROLE_JUNK,
  TERN_FOLDER_ROLE_TRASH,
  TERN_FOLDER_ROLE_ALL,
  TERN_FOLDER_ROLE_FLAGGED,
} TernFolderRole;

#define TERN_FOLDER_PENDING "\001"

#define TERN_TYPE_FOLDER (tern_folder_get_type ())

/**
 * TernFolder:
 * @id: its id in the cache; 0 while it is not there
 * @account_id: the account's id in the cache; 0 while unknown
 * @remote_id: the channel's own name for it; opaque. Before the server has made a new folder it
 *   begins with #TERN_FOLDER_PENDING
 * @name: the last component, decoded, UTF-8
 * @path: all components, parted by `/`, decoded: what people type and what sorts
 * @parent: (nullable): the @remote_id of the folder above
 * @role: what it is for
 * @selectable: whether it can hold messages
 * @subscribed: whether the user wants to see it
 * @total: messages that it holds, -1 where unknown
 * @unread: unread ones among them, -1 where unknown
 * @validated: when its list was last known to equal the server's, in µs of real time; 0 for never
 * @stamp: (nullable): what the channel makes of its state on the server, opaque: another one means
 *   that something changed; %NULL where the server does not tell
 * @identity: (nullable): what it is known by under another name, opaque; not unique for certain
 * @checked: when the cache was told @stamp, in µs of real time; 0 for never
 * @stale: whether @stamp is not that of the last sync
 *
 * A folder of an account. Immutable once shared, reference-counted; may cross threads.
 */
typedef struct
{
  gint64 id;
  gint64 account_id;
  const char *remote_id;
  const char *name;
  const char *path;
  const char *parent;
  TernFolderRole role;
  gboolean selectable;
  gboolean subscribed;
  gint total;
  gint unread;
  gint64 validated;
  const char *stamp;
  const char *identity;
  gint64 checked;
  gboolean stale;
} TernFolder;

GType tern_folder_get_type (void);
TernFolder *tern_folder_new (const char *remote_id, const char *path, const char *parent);
TernFolder *tern_folder_ref (TernFolder *self);
void tern_folder_unref (TernFolder *self);
gboolean tern_folder_is_pending (const TernFolder *self);
const char *tern_folder_role_to_string (TernFolderRole role);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernFolder, tern_folder_unref)

G_END_DECLS
