// libsystemd: notification and inherited sockets. Imported by Systemd alone.
#pragma once
#include <systemd/sd-daemon.h>
