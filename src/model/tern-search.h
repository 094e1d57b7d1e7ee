/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-message.h"

G_BEGIN_DECLS

/**
 * TernSearchHit:
 * @folder: the folder's remote id
 * @remote_id: the message's
 * @message: (nullable): what a list shows of it; %NULL where whoever asked has that already
 *
 * A message that a server found.
 */
typedef struct
{
  const char *folder;
  const char *remote_id;
  TernMessage *message;
} TernSearchHit;

/**
 * TernSearchHandler:
 * @knows: whether what a list shows of a message is there already, and need not be fetched
 * @found: takes what was found next; returns whether more is wanted
 *
 * Takes what a server finds, as it comes, newest first as far as the server's own order tells.
 */
typedef struct
{
  gboolean (*knows) (const char *folder, const char *remote_id, gpointer user_data);
  gboolean (*found) (const TernSearchHit *hits, gsize n, gpointer user_data);
} TernSearchHandler;

G_END_DECLS
