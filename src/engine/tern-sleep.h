/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Hears of the computer's sleep. */
typedef struct _TernSleep TernSleep;

/* @asleep: whether it is about to sleep; else it has just woken up */
typedef void (*TernSleepFunc) (gboolean asleep, gpointer user_data);

TernSleep *tern_sleep_new (TernSleepFunc func, gpointer user_data);
void tern_sleep_free (TernSleep *self);

G_END_DECLS
