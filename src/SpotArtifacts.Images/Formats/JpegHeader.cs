using System.Buffers.Binary;

namespace SpotArtifacts.Images.Formats;

/// <summary>
/// What a JPEG says of itself before its pixels (ITU-T T.81, annex B). Read without a codec, so that every codec is judged by the
/// same.
/// </summary>
internal readonly record struct JpegHeader
{
    internal const byte StartOfImage = 0xd8, EndOfImage = 0xd9, StartOfScan = 0xda, FirstRestart = 0xd0, LastRestart = 0xd7,
        Temporary = 1;
    internal const byte Jfif = 0xe0, Exif = 0xe1, Adobe = 0xee, Comment = 0xfe;
    private const byte Baseline = 0xc0, Extended = 0xc1, Progressive = 0xc2, ArithmeticSequential = 0xc9,
        ArithmeticProgressive = 0xca;

    /// <summary>Columns as stored, 1 or more.</summary>
    internal required int Width { get; init; }

    /// <summary>Rows as stored, 1 or more.</summary>
    internal required int Height { get; init; }

    /// <summary>1 for grey, 3 for colour, 4 for inks.</summary>
    internal required int Components { get; init; }

    /// <summary>EXIF orientation, 1 to 8.</summary>
    internal required int Orientation { get; init; }

    /// <summary>Whether the components are grey, or luma and chroma.</summary>
    internal required bool IsLuma { get; init; }

    /// <summary>Whether each component comes whole in one scan, as in a baseline file.</summary>
    internal required bool IsSequential { get; init; }

    /// <summary>
    /// Whether it is of the kind that cameras and the web use, so that all versions of libjpeg-turbo give the same pixels.
    /// </summary>
    internal required bool IsCommon { get; init; }

    /// <summary>Whether Adobe's marker is there: inks are stored inverted then.</summary>
    internal required bool HasAdobeMarker { get; init; }

    /// <summary>
    /// Whether a version or transform number is senseless, or padding stands between segments: codecs warn, and no pixel depends
    /// on it.
    /// </summary>
    internal required bool HasOddNumbers { get; init; }

    /// <summary>Where the first scan's segment begins.</summary>
    internal required int FirstScan { get; init; }

    /// <summary>Reads up to the first scan.</summary>
    /// <exception cref="ImageFormatException">It is damaged, cut off or of a kind that is not read.</exception>
    internal static JpegHeader Read(ReadOnlySpan<byte> file, string name)
    {
        ReadOnlySpan<byte> frame = default, jfif = default, adobe = default;
        byte kind = 0;
        int orientation = 0, at = 2;
        bool padded = false;
        byte marker;
        for (; (marker = MarkerAt(file, ref at, ref padded, name)) != StartOfScan; at += 2 + Payload(file, at, name).Length + 2)
        {
            ReadOnlySpan<byte> payload = Payload(file, at, name);
            if (IsFrame(marker))
            {
                kind = kind == 0 ? marker : throw new ImageFormatException(name, "its header is damaged: there are two frames");
                frame = payload;
            }
            else if (marker == Jfif && payload.Length >= 14 && payload.StartsWith("JFIF\0"u8))
                jfif = payload;
            else if (marker == Adobe && payload.Length >= 12 && payload.StartsWith("Adobe"u8))
                adobe = payload;
            else if (marker == Exif && orientation == 0 && payload.Length > 6 && payload.StartsWith(ExifOrientation.Prefix))
                orientation = ExifOrientation.Read(payload);
        }
        (int width, int height, int components) = Frame(frame, kind, name);
        int transform = adobe.IsEmpty ? -1 : adobe[11];
        // As libjpeg decides: by JFIF's marker, else by Adobe's, else by the components' names.
        bool luma = components == 1 || components == 3 && (!jfif.IsEmpty || (transform < 0 ? frame[6] != 'R' : transform != 0));
        return new JpegHeader
        {
            Width = width,
            Height = height,
            Components = components,
            Orientation = Math.Max(1, orientation),
            HasAdobeMarker = !adobe.IsEmpty,
            HasOddNumbers = padded || !jfif.IsEmpty && jfif[5] != 1
                || components == 3 && jfif.IsEmpty && transform > 1 || components == 4 && transform is > 0 and not 2,
            IsLuma = luma,
            IsSequential = kind is not (Progressive or ArithmeticProgressive),
            IsCommon = luma && kind is (Baseline or Extended or Progressive) && HasCommonSampling(frame),
            FirstScan = at,
        };
    }

    /// <summary>Whether a marker begins a frame header: SOF0 to SOF15, but not the tables among them.</summary>
    internal static bool IsFrame(byte marker) => marker is >= 0xc0 and <= 0xcf and not (0xc4 or 0xc8 or 0xcc);

    /// <summary>The marker at a place, or behind what fills the space before it; the place moves to it.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="at">The place.</param>
    /// <param name="padded">Set where one value, again and again, fills the space.</param>
    /// <param name="name">For messages.</param>
    internal static byte MarkerAt(ReadOnlySpan<byte> file, ref int at, ref bool padded, string name)
    {
        if (at < file.Length && file[at] != 0xff && file[at..].IndexOfAnyExcept(file[at]) is > 0 and var run
            && file[at + run] == 0xff)
            (at, padded) = (at + run, true);
        while (at + 1 < file.Length && file[at] == 0xff
            && file[at + 1] is 0xff or Temporary or >= FirstRestart and <= LastRestart)
            at += file[at + 1] == 0xff ? 1 : 2;
        if (at + 1 >= file.Length)
            throw new ImageFormatException(name, "the file is cut off inside its header");
        byte marker = file[at] == 0xff ? file[at + 1]
            : throw new ImageFormatException(name, $"its header is damaged: a marker is missing at byte {at}");
        return marker is not (0 or StartOfImage or EndOfImage) ? marker
            : throw new ImageFormatException(name, $"its header is damaged: marker {marker:x2} is out of place at byte {at}");
    }

    /// <summary>What stands in the segment that begins with the marker at a place.</summary>
    internal static ReadOnlySpan<byte> Payload(ReadOnlySpan<byte> file, int at, string name)
    {
        int length = at + 4 <= file.Length ? BinaryPrimitives.ReadUInt16BigEndian(file[(at + 2)..]) : 2;
        return length < 2
            ? throw new ImageFormatException(name, $"its header is damaged: a segment has length {length} at byte {at}")
            : at + 4 <= file.Length && length - 2 <= file.Length - at - 4 ? file.Slice(at + 4, length - 2)
            : throw new ImageFormatException(name, "the file is cut off inside its header");
    }

    private static (int Width, int Height, int Components) Frame(ReadOnlySpan<byte> frame, byte kind, string name)
    {
        if (kind == 0)
            throw new ImageFormatException(name, "its header is damaged: there is no frame before the first scan");
        if (kind is not (Baseline or Extended or Progressive or ArithmeticSequential or ArithmeticProgressive))
            throw new ImageFormatException(name, $"JPEG of kind SOF{kind - 0xc0} (lossless or hierarchical) is not read");
        if (frame.Length < 6 || frame.Length != 6 + 3 * frame[5])
            throw new ImageFormatException(name, "its frame header is damaged");
        int height = BinaryPrimitives.ReadUInt16BigEndian(frame[1..]), width = BinaryPrimitives.ReadUInt16BigEndian(frame[3..]);
        if (frame[0] != 8)
            throw new ImageFormatException(name, $"JPEG with {frame[0]} bits a sample is not read");
        if (width == 0 || height == 0)
            throw new ImageFormatException(name, $"{width} x {height} pixels are no picture");
        return frame[5] is 1 or 3 or 4 ? (width, height, frame[5])
            : throw new ImageFormatException(name, $"JPEG with {frame[5]} components is not read");
    }

    /// <summary>Grey, 4:4:4, 4:2:2 or 4:2:0.</summary>
    private static bool HasCommonSampling(ReadOnlySpan<byte> frame) => frame[5] switch
    {
        1 => true,
        3 => frame[7] is 0x11 or 0x21 or 0x22 && frame[10] == 0x11 && frame[13] == 0x11,
        _ => false,
    };
}
