namespace SpotArtifacts.Images;

/// <summary>A picture of palette indices: rows top to bottom, one byte a pixel, no padding.</summary>
/// <param name="Width">Columns, 1 or more.</param>
/// <param name="Height">Rows, 1 or more.</param>
/// <param name="Indices">Height * Width indices, row-major.</param>
internal sealed record IndexedImage(int Width, int Height, byte[] Indices);
