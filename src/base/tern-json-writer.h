/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _TernJsonWriter TernJsonWriter;

TernJsonWriter *tern_json_writer_new (void);
void tern_json_writer_free (TernJsonWriter *self);
char *tern_json_writer_steal (TernJsonWriter *self, gsize *length);

void tern_json_writer_begin_object (TernJsonWriter *self);
void tern_json_writer_end_object (TernJsonWriter *self);
void tern_json_writer_begin_array (TernJsonWriter *self);
void tern_json_writer_end_array (TernJsonWriter *self);
void tern_json_writer_key (TernJsonWriter *self, const char *key);
void tern_json_writer_string (TernJsonWriter *self, const char *value);
void tern_json_writer_int (TernJsonWriter *self, gint64 value);
void tern_json_writer_double (TernJsonWriter *self, double value);
void tern_json_writer_boolean (TernJsonWriter *self, gboolean value);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernJsonWriter, tern_json_writer_free)

G_END_DECLS
