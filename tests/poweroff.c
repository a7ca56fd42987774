// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An init that only powers off: what the time to the agent's hello is held
 * against.
 */
#include <sys/reboot.h>

int main(void)
{
	return reboot(RB_AUTOBOOT);
}
