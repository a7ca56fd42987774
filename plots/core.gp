# SPDX-License-Identifier: GPL-2.0-or-later
#
# core: what every design of page metadata touches.
#
# gnuplot -c core.gp png|svg DATA PICTURE CAPTION BASE [VARIANT...]

heading = "core: cost of one operation"
chosen = "latency latency_p99"
kind = ARG1
data = ARG2
picture = ARG3
caption = ARG4
variants = ARGC - 4
array label[variants]
do for [i = 1 : variants] { label[i] = ARGV[4 + i] }
folder = ARG0
while (strlen(folder) && folder[strlen(folder):] ne "/") { folder = folder[1:strlen(folder) - 1] }
load folder . "panels.gp"
