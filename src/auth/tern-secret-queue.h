/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Begins a task's work, which ends with tern_secret_queue_return(). */
typedef void (*TernSecretQueueFunc) (GTask *task);

void tern_secret_queue_push (GTask *task, TernSecretQueueFunc start);
void tern_secret_queue_return (GTask *task, const GError *error);

GError *tern_secret_queue_describe (const GError *error);

G_END_DECLS
