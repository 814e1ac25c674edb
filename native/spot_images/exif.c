/* The one EXIF field that changes which pixel lies where. Everything is read with bounds checks: the block
 * comes from a file. */
#include "codecs.h"

enum { TAG_ORIENTATION = 0x0112, TYPE_SHORT = 3, IFD_ENTRY = 12 };

typedef struct {
    const uint8_t *bytes;
    size_t length;
    int big_endian;
} tiff_block;

static uint32_t read16(const tiff_block *tiff, size_t at)
{
    const uint8_t *p = tiff->bytes + at;
    return tiff->big_endian ? (uint32_t)(p[0] << 8 | p[1]) : (uint32_t)(p[1] << 8 | p[0]);
}

static uint32_t read32(const tiff_block *tiff, size_t at)
{
    uint32_t first = read16(tiff, at), second = read16(tiff, at + 2);
    return tiff->big_endian ? first << 16 | second : second << 16 | first;
}

int32_t spot_exif_orientation(const uint8_t *bytes, size_t length)
{
    tiff_block tiff = {bytes, length, 0};
    if (length < 8)
        return 1;
    if (bytes[0] == 'M' && bytes[1] == 'M')
        tiff.big_endian = 1;
    else if (bytes[0] != 'I' || bytes[1] != 'I')
        return 1;
    if (read16(&tiff, 2) != 42)
        return 1;
    size_t directory = read32(&tiff, 4);
    if (directory > length - 2)
        return 1;
    size_t count = read16(&tiff, directory);
    for (size_t i = 0; i < count; i++) {
        size_t entry = directory + 2 + i * IFD_ENTRY;
        if (entry + IFD_ENTRY > length)
            return 1;
        if (read16(&tiff, entry) != TAG_ORIENTATION)
            continue;
        uint32_t value = read16(&tiff, entry + 8);
        return read16(&tiff, entry + 2) == TYPE_SHORT && value >= 1 && value <= 8 ? (int32_t)value : 1;
    }
    return 1;
}
