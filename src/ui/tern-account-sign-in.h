/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "tern-engine.h"

G_BEGIN_DECLS

void tern_account_sign_in (GtkWindow *parent, TernEngine *engine, TernAccount *account);
void tern_account_ask_trust (GtkWindow *parent,
                             TernEngine *engine,
                             TernAccount *account,
                             const GError *error);
gboolean tern_account_settle (GtkWindow *parent,
                              TernEngine *engine,
                              TernAccount *account,
                              const TernStatus *status);
void tern_account_ask_remove (GtkWindow *parent, TernEngine *engine, TernAccount *account);

G_END_DECLS
