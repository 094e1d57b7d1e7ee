/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "tern-engine.h"

G_BEGIN_DECLS

#define TERN_TYPE_ACCOUNTS_WINDOW (tern_accounts_window_get_type ())
G_DECLARE_FINAL_TYPE (TernAccountsWindow, tern_accounts_window, TERN, ACCOUNTS_WINDOW, AdwWindow)

TernAccountsWindow *tern_accounts_window_new (GtkWindow *parent, TernEngine *engine);

G_END_DECLS
