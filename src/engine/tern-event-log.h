/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "tern-event.h"

G_BEGIN_DECLS

/* The events kept of one account. */
#define TERN_EVENT_LOG_SIZE 5000

typedef struct _TernEventLog TernEventLog;

TernEventLog *tern_event_log_new (void);
void tern_event_log_free (TernEventLog *self);
void tern_event_log_add (TernEventLog *self, TernEvent *event);
GPtrArray *tern_event_log_read (const TernEventLog *self, guint64 *position);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernEventLog, tern_event_log_free)

G_END_DECLS
