/* Image codecs for SpotArtifacts: JPEG, PNG and WebP from and PNG to memory, always 8-bit RGB.
 *
 * Rules of this boundary: fixed-width types and pointers only; every function that can fail returns a
 * status and, unless that is SPOT_IMAGES_OK, a zero-terminated reason in the caller's error buffer; nothing
 * allocated here outlives the call; no state is kept between calls, so all functions may run concurrently. */
#ifndef SPOT_IMAGES_H
#define SPOT_IMAGES_H

#include <stdint.h>

#if defined(_WIN32)
#define SPOT_IMAGES_API __declspec(dllexport)
#else
#define SPOT_IMAGES_API __attribute__((visibility("default")))
#endif

/* Raised whenever a signature or a meaning below changes. */
#define SPOT_IMAGES_ABI 3

enum { /* status */
    SPOT_IMAGES_OK = 0,
    SPOT_IMAGES_UNKNOWN_FORMAT = 1, /* the first bytes are no known format's */
    SPOT_IMAGES_DAMAGED = 2,        /* truncated, corrupt or not decodable by the codec */
    SPOT_IMAGES_TOO_LARGE = 3,      /* more pixels than the caller allows */
    SPOT_IMAGES_BAD_ARGUMENT = 4,
    SPOT_IMAGES_NO_MEMORY = 5
};

enum { /* format */
    SPOT_IMAGES_JPEG = 1,
    SPOT_IMAGES_PNG = 2,
    SPOT_IMAGES_WEBP = 3
};

SPOT_IMAGES_API int32_t spot_images_abi_version(void);

/* Size as stored (before orientation) and EXIF orientation, 1 to 8 (1 where absent or senseless).
 * Allocates nothing that depends on the size; more than max_pixels is SPOT_IMAGES_TOO_LARGE. */
SPOT_IMAGES_API int32_t spot_images_read_header(
    const uint8_t *data, int64_t length, int64_t max_pixels,
    int32_t *format, int32_t *width, int32_t *height, int32_t *orientation,
    char *error, int32_t error_capacity);

/* Decodes into pixels (height * width * 3, as stored, not yet oriented). A JPEG may be decoded smaller: both sides
 * divided by a denominator of 1, 2, 4 or 8 and rounded up; other formats take 1 only. capacity must be exactly the
 * result's size, so the header has to be read first. Any warning of a codec about lost data is an error. PNG alpha is
 * composited onto white. A progressive JPEG may have max_scans scans at most. */
SPOT_IMAGES_API int32_t spot_images_decode(
    const uint8_t *data, int64_t length, int32_t max_scans, int32_t denominator,
    uint8_t *pixels, int64_t capacity, char *error, int32_t error_capacity);

/* The palette indices of a PNG (height * width bytes), for pictures whose indices mean something, as segmentation masks do; an
 * 8-bit grey PNG gives its grey values. Other colour types have no indices and are refused. Read the header first: capacity
 * must be exactly width * height. Indices are not compared with the palette's length. */
SPOT_IMAGES_API int32_t spot_images_decode_png_indices(
    const uint8_t *data, int64_t length, uint8_t *indices, int64_t capacity, char *error, int32_t error_capacity);

/* Applies EXIF orientation 1 to 8: source (height * width * 3) to target, which has the same number of bytes;
 * for 5 to 8 the target's width is the source's height and the other way round. */
SPOT_IMAGES_API int32_t spot_images_orient(
    const uint8_t *source, int32_t width, int32_t height, int32_t orientation, uint8_t *target,
    char *error, int32_t error_capacity);

/* Upper bound of spot_images_encode_png's output in bytes; 0 for sizes it refuses. */
SPOT_IMAGES_API int64_t spot_images_png_bound(int32_t width, int32_t height);

/* Writes pixels (height * width * 3) as PNG into output and its length into written. */
SPOT_IMAGES_API int32_t spot_images_encode_png(
    const uint8_t *pixels, int32_t width, int32_t height,
    uint8_t *output, int64_t capacity, int64_t *written, char *error, int32_t error_capacity);

#endif
