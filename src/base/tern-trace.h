/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * TernTraceField:
 *
 * One member of a trace event, made with TERN_TRACE_INT(), TERN_TRACE_MS() or TERN_TRACE_STR().
 */
typedef struct
{
  const char *name;
  const char *string;
  double number;
  gboolean is_double;
} TernTraceField;

#define TERN_TRACE_INT(name_, value_)                                                              \
  {                                                                                                \
    .name = (name_), .number = (double) (value_)                                                   \
  }
#define TERN_TRACE_MS(name_, microseconds_)                                                        \
  {                                                                                                \
    .name = (name_), .number = (double) (microseconds_) / 1000.0, .is_double = TRUE                \
  }
#define TERN_TRACE_STR(name_, value_)                                                              \
  {                                                                                                \
    .name = (name_), .string = (value_) ? (value_) : ""                                            \
  }

/* Costs one branch where no trace was asked for. */
#define tern_trace(ev, ...)                                                                        \
  G_STMT_START                                                                                     \
  {                                                                                                \
    if (G_UNLIKELY (tern_trace_is_enabled ()))                                                     \
      tern_trace_write ((ev), (const TernTraceField[]){ __VA_ARGS__ __VA_OPT__ (, ){ 0 } });       \
  }                                                                                                \
  G_STMT_END

void tern_trace_init (void);
gboolean tern_trace_is_enabled (void);
void tern_trace_write (const char *event, const TernTraceField *fields);
gint64 tern_trace_now (void);

G_END_DECLS
