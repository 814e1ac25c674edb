/* WebP to RGB by libwebp: still images, lossy or lossless; alpha is composited onto white. */
#include "codecs.h"

#include <stdlib.h>
#include <string.h>

#include <webp/decode.h>

/* The container's chunks follow "RIFF" size "WEBP"; each is a tag, a length and its data, padded to an even length. */
static int32_t find_orientation(const uint8_t *data, size_t length)
{
    size_t at = 12;
    while (length >= 8 && at <= length - 8) {
        size_t size = (size_t)data[at + 4] | (size_t)data[at + 5] << 8 | (size_t)data[at + 6] << 16 | (size_t)data[at + 7] << 24;
        if (size > length - at - 8)
            break;
        if (memcmp(data + at, "EXIF", 4) == 0) {
            const uint8_t *tiff = data + at + 8;
            size_t skip = size > 6 && memcmp(tiff, "Exif\0\0", 6) == 0 ? 6 : 0; /* some writers keep JPEG's prefix */
            return spot_exif_orientation(tiff + skip, size - skip);
        }
        at += 8 + size + (size & 1);
    }
    return 1;
}

static int32_t read_features(const uint8_t *data, size_t length, WebPBitstreamFeatures *features, char *error, int32_t error_capacity)
{
    if (WebPGetFeatures(data, length, features) != VP8_STATUS_OK)
        return spot_fail(SPOT_IMAGES_DAMAGED, "the WebP header is damaged or cut off", error, error_capacity);
    if (features->has_animation)
        return spot_fail(SPOT_IMAGES_DAMAGED, "animated WebP is not read", error, error_capacity);
    return SPOT_IMAGES_OK;
}

int32_t spot_webp_read_header(const uint8_t *data, size_t length, spot_header *header, char *error, int32_t error_capacity)
{
    WebPBitstreamFeatures features;
    int32_t status = read_features(data, length, &features, error, error_capacity);
    if (status != SPOT_IMAGES_OK)
        return status;
    header->width = features.width;
    header->height = features.height;
    header->orientation = find_orientation(data, length);
    return SPOT_IMAGES_OK;
}

static void composite_onto_white(const uint8_t *rgba, size_t pixels, uint8_t *rgb)
{
    for (size_t i = 0; i < pixels; i++, rgba += 4, rgb += 3)
        for (int channel = 0; channel < 3; channel++)
            rgb[channel] = (uint8_t)((rgba[channel] * rgba[3] + 255 * (255 - rgba[3]) + 127) / 255);
}

int32_t spot_webp_decode(const uint8_t *data, size_t length, uint8_t *pixels, int64_t capacity, char *error, int32_t error_capacity)
{
    WebPBitstreamFeatures features;
    int32_t status = read_features(data, length, &features, error, error_capacity);
    if (status != SPOT_IMAGES_OK)
        return status;
    size_t count = (size_t)features.width * (size_t)features.height;
    if (capacity != 3 * (int64_t)count)
        return spot_fail(SPOT_IMAGES_BAD_ARGUMENT, "the pixel buffer has another size", error, error_capacity);
    if (!features.has_alpha)
        return WebPDecodeRGBInto(data, length, pixels, (size_t)capacity, 3 * features.width) != NULL ? SPOT_IMAGES_OK
            : spot_fail(SPOT_IMAGES_DAMAGED, "the WebP data is damaged or cut off", error, error_capacity);
    uint8_t *rgba = malloc(4 * count);
    if (rgba == NULL)
        return spot_fail(SPOT_IMAGES_NO_MEMORY, "no memory for the pixels", error, error_capacity);
    int decoded = WebPDecodeRGBAInto(data, length, rgba, 4 * count, 4 * features.width) != NULL;
    if (decoded)
        composite_onto_white(rgba, count, pixels);
    free(rgba);
    return decoded ? SPOT_IMAGES_OK : spot_fail(SPOT_IMAGES_DAMAGED, "the WebP data is damaged or cut off", error, error_capacity);
}
