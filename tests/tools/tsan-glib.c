/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Preloaded under ThreadSanitizer: tells it of the order that GLib brings into threads. GLib is not
 * built with the sanitizer and waits by futex, so its locks, its references and its main contexts
 * would not be seen, and every value that is handed over by them would be called a race.
 *
 * Told are: locks and conditions that are taken through GLib's functions; what stands before the
 * attaching of an idle or timeout source, to its callback (GTask and g_main_context_invoke() among
 * them); what was done with a counted object, to its end; and what g_once_init_leave() publishes.
 * Nothing else is, and nothing is hidden.
 */
#include <dlfcn.h>
#include <glib-object.h>

void __tsan_acquire (void *address);
void __tsan_release (void *address);

#define REAL(name) ((__typeof__ (&name)) next (#name))

static void *
next (const char *name)
{
  return dlsym (RTLD_NEXT, name);
}

/* --- Locks --- */

#define LOCK(function, Type)                                                                       \
  void function (Type *lock)                                                                       \
  {                                                                                                \
    static __typeof__ (&function) real;                                                            \
                                                                                                   \
    if (real == NULL)                                                                              \
      real = REAL (function);                                                                      \
    real (lock);                                                                                   \
    __tsan_acquire (lock);                                                                         \
  }

#define UNLOCK(function, Type)                                                                     \
  void function (Type *lock)                                                                       \
  {                                                                                                \
    static __typeof__ (&function) real;                                                            \
                                                                                                   \
    if (real == NULL)                                                                              \
      real = REAL (function);                                                                      \
    __tsan_release (lock);                                                                         \
    real (lock);                                                                                   \
  }

LOCK (g_mutex_lock, GMutex)
UNLOCK (g_mutex_unlock, GMutex)
LOCK (g_rec_mutex_lock, GRecMutex)
UNLOCK (g_rec_mutex_unlock, GRecMutex)

void
g_cond_wait (GCond *cond, GMutex *mutex)
{
  __tsan_release (mutex);
  REAL (g_cond_wait) (cond, mutex);
  __tsan_acquire (mutex);
}

gboolean
g_cond_wait_until (GCond *cond, GMutex *mutex, gint64 end_time)
{
  gboolean signalled;

  __tsan_release (mutex);
  signalled = REAL (g_cond_wait_until) (cond, mutex, end_time);
  __tsan_acquire (mutex);
  return signalled;
}

void (g_once_init_leave) (volatile void *location, gsize result)
{
  __tsan_release ((void *) location);
  ((void (*) (volatile void *, gsize)) next ("g_once_init_leave")) (location, result);
}

/* --- Main contexts --- */

typedef struct
{
  GSourceFunc function;
  gpointer data;
  GDestroyNotify notify;
} Call;

static gboolean
call_cb (gpointer user_data)
{
  Call *call = user_data;

  __tsan_acquire (g_main_current_source ());
  return call->function (call->data);
}

static void
call_free (gpointer user_data)
{
  Call *call = user_data;

  if (call->notify != NULL)
    call->notify (call->data);
  g_free (call);
}

void
g_source_set_callback (GSource *source, GSourceFunc func, gpointer data, GDestroyNotify notify)
{
  Call *call;

  if (source->source_funcs != &g_idle_funcs && source->source_funcs != &g_timeout_funcs)
    {
      REAL (g_source_set_callback) (source, func, data, notify);
      return;
    }
  call = g_new (Call, 1);
  call->function = func;
  call->data = data;
  call->notify = notify;
  __tsan_release (source);
  REAL (g_source_set_callback) (source, call_cb, call, call_free);
}

guint
g_source_attach (GSource *source, GMainContext *context)
{
  __tsan_release (source);
  return REAL (g_source_attach) (source, context);
}

void
g_main_context_invoke_full (
    GMainContext *context, int priority, GSourceFunc function, gpointer data, GDestroyNotify notify)
{
  GSource *source;

  if (g_main_context_is_owner (context != NULL ? context : g_main_context_default ()))
    {
      REAL (g_main_context_invoke_full) (context, priority, function, data, notify);
      return;
    }
  source = g_idle_source_new ();
  g_source_set_priority (source, priority);
  g_source_set_callback (source, function, data, notify);
  g_source_attach (source, context);
  g_source_unref (source);
}

void
g_main_context_invoke (GMainContext *context, GSourceFunc function, gpointer data)
{
  g_main_context_invoke_full (context, G_PRIORITY_DEFAULT, function, data, NULL);
}

/* --- References --- */

#define UNREF(function, Type)                                                                      \
  void function (Type *object)                                                                     \
  {                                                                                                \
    static __typeof__ (&function) real;                                                            \
                                                                                                   \
    if (real == NULL)                                                                              \
      real = REAL (function);                                                                      \
    if (object != NULL)                                                                            \
      {                                                                                            \
        __tsan_release ((void *) object);                                                          \
        __tsan_acquire ((void *) object);                                                          \
      }                                                                                            \
    real (object);                                                                                 \
  }

UNREF (g_object_unref, void)
UNREF (g_bytes_unref, GBytes)
UNREF (g_ptr_array_unref, GPtrArray)
UNREF (g_hash_table_unref, GHashTable)
UNREF (g_date_time_unref, GDateTime)
UNREF (g_source_unref, GSource)

void
g_atomic_rc_box_release_full (gpointer box, GDestroyNotify clear)
{
  __tsan_release (box);
  __tsan_acquire (box);
  REAL (g_atomic_rc_box_release_full) (box, clear);
}
