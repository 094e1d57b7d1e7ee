/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define TERN_TYPE_TOKEN_CLIENT (tern_token_client_get_type ())
G_DECLARE_FINAL_TYPE (TernTokenClient, tern_token_client, TERN, TOKEN_CLIENT, GObject)

TernTokenClient *tern_token_client_new (void);
void tern_token_client_set_timeout (TernTokenClient *self, guint ms);

G_END_DECLS
