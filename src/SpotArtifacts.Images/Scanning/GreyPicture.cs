namespace SpotArtifacts.Images.Scanning;

/// <summary>
/// A picture in a kilobyte: 32 x 32 grey values of the whole image, both sides squeezed to the same length, and its proportions.
/// </summary>
/// <param name="Values">Rows top to bottom, 0 to 255.</param>
/// <param name="Aspect">Width / height of the image.</param>
internal sealed record GreyPicture(byte[] Values, float Aspect)
{
    internal const int Side = 32;

    internal static GreyPicture Of(RgbImage image)
    {
        float[] planes = new float[3 * Side * Side];
        ThreadResizer.Current.Resize(
            image, new SourceBox(0, 0, image.Width, image.Height), Side, ResizeFilter.Bilinear, mirror: false, planes);
        byte[] values = new byte[Side * Side];
        for (int i = 0; i < values.Length; i++)
        {
            float grey = 0.299f * planes[i] + 0.587f * planes[values.Length + i] + 0.114f * planes[2 * values.Length + i];
            values[i] = (byte)Math.Clamp(grey + 0.5f, 0, 255);
        }
        return new GreyPicture(values, (float)image.Width / image.Height);
    }
}
