/*
 * service_notify.h - tells a service manager how the daemon fares, as sd_notify(3) has it.
 *
 * One datagram per message to the socket that NOTIFY_SOCKET names. By hand: libsystemd has no archive for
 * the static programs, and this much of it is a promise of systemd's (Interface Portability and Stability).
 */
#ifndef AGENTD_SERVICE_NOTIFY_H
#define AGENTD_SERVICE_NOTIFY_H

/* fd: -1 where nobody asked. */
struct service_notify {
	int fd;
};

/*
 * Takes NOTIFY_SOCKET from the environment, so that no child speaks for us. A socket that cannot be reached is
 * said in the log: the manager will give up on us.
 */
void service_notify_open(struct service_notify *notify);
void service_notify_close(struct service_notify *notify);

/* Serving, from the start or after a reload; status is for people, one line. */
void service_notify_ready(const struct service_notify *notify, const char *status);

/* The configuration is read again; service_notify_ready ends it. */
void service_notify_reloading(const struct service_notify *notify);

/* Ending; what is in flight may take a while. */
void service_notify_stopping(const struct service_notify *notify);

#endif
