/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-channel-fixture.h"

G_BEGIN_DECLS

/* An IMAP channel beside a server that behaves like one of those in docs/servers.md. */

/* What such servers offer: everything, or hardly anything. */
#define SERVER_BEFORE "IMAP4rev1 ID AUTH=PLAIN SASL-IR"
#define SERVER_PLAIN "IMAP4rev1 ID UIDPLUS NAMESPACE CHILDREN"

void server_restart (ChannelFixture *self);
void server_add_letter (ChannelFixture *self, const char *envelope, const char *structure);
gboolean server_try_sync (ChannelFixture *self, const char *folder, GError **error);
void server_sync (ChannelFixture *self, const char *folder);
TernMessage *server_get (ChannelFixture *self, const char *remote_id);
GPtrArray *server_list (ChannelFixture *self);
GPtrArray *server_check (ChannelFixture *self, const char *folder);
TernFolder *server_find_folder (GPtrArray *folders, const char *remote_id);
char *server_fetch (ChannelFixture *self, const TernPartRequest *request, GError **error);
gboolean server_apply (ChannelFixture *self,
                       const TernRemoteChange *change,
                       GHashTable **moved,
                       GError **error);
gboolean server_was_asked (ChannelFixture *self, const char *name, const char *args);
gsize server_longest_command (ChannelFixture *self, const char *name);

G_END_DECLS
