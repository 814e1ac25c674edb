namespace SpotArtifacts.Images.Voc;

/// <summary>A bounding box in the devkit's coordinates: pixels counted from 1, both ends inside the box.</summary>
/// <param name="XMin">Leftmost column, 1 or more.</param>
/// <param name="YMin">Uppermost row, 1 or more.</param>
/// <param name="XMax">Rightmost column, at least <paramref name="XMin"/>, at most the image's width.</param>
/// <param name="YMax">Lowest row, at least <paramref name="YMin"/>, at most the image's height.</param>
internal readonly record struct VocBox(double XMin, double YMin, double XMax, double YMax);

/// <summary>An object in an image.</summary>
/// <param name="Class">Index into <see cref="VocClasses.Names"/>.</param>
/// <param name="Box">Where it is.</param>
/// <param name="Difficult">Counts neither for nor against in an evaluation.</param>
/// <param name="Truncated">Goes on outside the box.</param>
internal sealed record VocObject(int Class, VocBox Box, bool Difficult, bool Truncated);

/// <summary>What stands in one file of Annotations/.</summary>
/// <param name="Width">Columns of the image.</param>
/// <param name="Height">Rows of the image.</param>
/// <param name="Objects">Its objects, in file order; their parts (person layout) are left out.</param>
internal sealed record VocAnnotation(int Width, int Height, IReadOnlyList<VocObject> Objects);
