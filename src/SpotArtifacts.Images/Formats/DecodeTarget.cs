namespace SpotArtifacts.Images;

/// <summary>
/// What decoded pixels are for, so that a JPEG much larger than that is decoded smaller (libjpeg's scaled inverse DCT): at 1,
/// 1/2, 1/4 or 1/8 of its size, the smallest at which the smallest crop still has the view's size. Decided by the image's size
/// and the view's options alone, never by a single crop: pixels that are kept in memory and pixels decoded afresh are the same.
/// </summary>
/// <remarks>The default value asks for the full size.</remarks>
public readonly record struct DecodeTarget
{
    private readonly int _size;
    private readonly double _areaRootShare;
    private readonly double _sideShare;

    /// <param name="size">Side of the view in pixels, 1 or more.</param>
    /// <param name="areaRootShare">Shortest side of the smallest crop, relative to the root of the image's area; above 0.</param>
    /// <param name="sideShare">The same relative to the image's shorter side; the smaller of both counts. Above 0, at most
    /// 1.</param>
    public DecodeTarget(int size, double areaRootShare, double sideShare)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(areaRootShare);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(sideShare);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sideShare, 1);
        _size = size;
        _areaRootShare = areaRootShare;
        _sideShare = sideShare;
    }

    /// <summary>1, 2, 4 or 8: what both sides of an image may be divided by.</summary>
    /// <param name="width">Columns as stored.</param>
    /// <param name="height">Rows as stored.</param>
    internal int Denominator(int width, int height)
    {
        if (_size == 0)
            return 1;
        double shortest = Math.Min(_areaRootShare * Math.Sqrt((double)width * height), _sideShare * Math.Min(width, height));
        int denominator = 8;
        while (denominator > 1 && shortest < (double)_size * denominator)
            denominator /= 2;
        return denominator;
    }
}
