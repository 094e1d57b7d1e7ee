/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net-fixture.h"

/* A resolver and a proxy resolver that know the names of the tests and ask nobody. */

guint net_unanswered;

G_DECLARE_FINAL_TYPE (NetResolver, net_resolver, NET, RESOLVER, GResolver)

struct _NetResolver
{
  GResolver parent_instance;
};

G_DEFINE_FINAL_TYPE (NetResolver, net_resolver, G_TYPE_RESOLVER)

static gboolean
cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  g_task_return_error_if_cancelled (user_data);
  net_unanswered--;
  return G_SOURCE_REMOVE;
}

static void
free_addresses (gpointer data)
{
  g_resolver_free_addresses (data);
}

static void
lookup_async (GResolver *resolver,
              const char *hostname,
              GCancellable *cancellable,
              GAsyncReadyCallback callback,
              gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (resolver, cancellable, callback, user_data);
  guint n = g_str_equal (hostname, "one.test")    ? 1
            : g_str_equal (hostname, "both.test") ? 2
            : g_str_equal (hostname, "dual.test") ? 1
            : g_str_equal (hostname, "many.test") ? 20
                                                  : 0;
  GList *addresses = NULL;

  if (g_str_equal (hostname, "never.test"))
    {
      g_autoptr (GSource) source = g_cancellable_source_new (cancellable);

      g_source_set_callback (source, G_SOURCE_FUNC (cancelled_cb), g_steal_pointer (&task),
                             g_object_unref);
      g_source_attach (source, g_main_context_get_thread_default ());
      net_unanswered++;
      return;
    }
  if (n == 0)
    {
      g_task_return_new_error (task, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND, "no %s",
                               hostname);
      return;
    }
  for (guint i = n; i > 0; i--)
    {
      g_autofree char *address = g_strdup_printf ("127.0.0.%u", i);

      addresses = g_list_prepend (addresses, g_inet_address_new_from_string (address));
    }
  if (g_str_equal (hostname, "dual.test"))
    addresses = g_list_prepend (addresses, g_inet_address_new_from_string ("::1"));
  g_task_return_pointer (task, addresses, free_addresses);
}

static void
lookup_with_flags_async (GResolver *resolver,
                         const char *hostname,
                         GResolverNameLookupFlags flags,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  lookup_async (resolver, hostname, cancellable, callback, user_data);
}

static GList *
lookup_finish (GResolver *resolver, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
net_resolver_class_init (NetResolverClass *klass)
{
  GResolverClass *resolver_class = G_RESOLVER_CLASS (klass);

  resolver_class->lookup_by_name_async = lookup_async;
  resolver_class->lookup_by_name_finish = lookup_finish;
  resolver_class->lookup_by_name_with_flags_async = lookup_with_flags_async;
  resolver_class->lookup_by_name_with_flags_finish = lookup_finish;
}

static void
net_resolver_init (NetResolver *self)
{
}

G_DECLARE_FINAL_TYPE (NetProxies, net_proxies, NET, PROXIES, GObject)

struct _NetProxies
{
  GObject parent_instance;
};

static void net_proxies_iface_init (GProxyResolverInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (NetProxies,
                               net_proxies,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_PROXY_RESOLVER,
                                                      net_proxies_iface_init))

static gboolean
proxies_are_supported (GProxyResolver *resolver)
{
  return TRUE;
}

static char **
proxies_lookup (GProxyResolver *resolver,
                const char *uri,
                GCancellable *cancellable,
                GError **error)
{
  char **proxies = g_new0 (char *, 2);

  if (strstr (uri, "://proxied.test:") != NULL)
    proxies[0] = g_strdup_printf ("socks5://127.0.0.1:%u", net_proxy_port);
  else
    proxies[0] = g_strdup ("direct://");
  return proxies;
}

static void
proxies_lookup_async (GProxyResolver *resolver,
                      const char *uri,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (resolver, cancellable, callback, user_data);

  g_task_return_pointer (task, proxies_lookup (resolver, uri, NULL, NULL),
                         (GDestroyNotify) g_strfreev);
}

static char **
proxies_lookup_finish (GProxyResolver *resolver, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
net_proxies_iface_init (GProxyResolverInterface *iface)
{
  iface->is_supported = proxies_are_supported;
  iface->lookup = proxies_lookup;
  iface->lookup_async = proxies_lookup_async;
  iface->lookup_finish = proxies_lookup_finish;
}

static void
net_proxies_class_init (NetProxiesClass *klass)
{
}

static void
net_proxies_init (NetProxies *self)
{
}

void
net_fake_names (void)
{
  g_autoptr (GResolver) resolver = g_object_new (net_resolver_get_type (), NULL);
  GIOExtensionPoint *point;

  g_resolver_set_default (resolver);
  point = g_io_extension_point_register (G_PROXY_RESOLVER_EXTENSION_POINT_NAME);
  g_io_extension_point_set_required_type (point, G_TYPE_PROXY_RESOLVER);
  g_io_extension_point_implement (G_PROXY_RESOLVER_EXTENSION_POINT_NAME, net_proxies_get_type (),
                                  "test", 0);
  g_setenv ("GIO_USE_PROXY_RESOLVER", "test", TRUE);
}
