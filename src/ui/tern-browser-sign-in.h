/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "tern-engine.h"

G_BEGIN_DECLS

void tern_browser_sign_in_async (GtkWindow *parent,
                                 TernEngine *engine,
                                 TernAccount *account,
                                 const char *fingerprint,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
gboolean tern_browser_sign_in_finish (GAsyncResult *result, GError **error);

G_END_DECLS
