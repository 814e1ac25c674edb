#!/usr/bin/env bash
# Makes the files jpeg-KIND.jpg of this folder with libjpeg-turbo's cjpeg (version 2.1.5; Debian: libjpeg-turbo-progs): one picture
# of waves, 33 x 17 pixels so that no side fits a block, stored in every kind of JPEG. make_files.c makes the others.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")"
waves() {
    awk 'BEGIN {
        print "P3 33 17 255"
        for (y = 0; y < 17; y++)
            for (x = 0; x < 33; x++)
                for (c = 0; c < 3; c++) print int(128 + 100 * sin(x * (c + 1) * 0.37 + y * (3 - c) * 0.23))
    }'
}
kind() { waves | cjpeg -quality 90 "${@:2}" -outfile "jpeg-$1.jpg"; }
kind 420
kind 422 -sample 2x1
kind 444 -sample 1x1
kind 440 -sample 1x2
kind 411 -sample 4x1
kind grey -grayscale
kind restart -restart 1B
kind progressive-420 -progressive
kind progressive-422 -progressive -sample 2x1
kind progressive-grey -progressive -grayscale
kind rgb -rgb
kind arithmetic -arithmetic
