using System.Globalization;
using System.Text.Json;

namespace SpotArtifacts.Transfer.Voc.Proposals;

/// <summary>
/// Proposals from a file. <c>.mat </c>: MATLAB 5 with a cell <c>boxes </c>, one matrix of rows y1 x1 y2 x2 counted from 1 for
/// each image, as selective search ships them (rbgirshick/fast-rcnn <c>lib/datasets/pascal_voc.py </c>), in the order of a cell
/// <c>images </c> of identifiers or else of the split.
/// <c>.json</c>: an object with a list of [x1, y1, x2, y2], counted from 0, both ends inside, for each identifier.
/// </summary>
internal static class ProposalFile
{
    private const long MaxLength = 1L << 28;

    /// <summary>Reads the proposals of a split's images.</summary>
    /// <param name="path">The file.</param>
    /// <param name="ids">Which images, in the split's order.</param>
    /// <returns>The boxes of each image, in the file's order (best first).</returns>
    /// <exception cref="SpotException">The file is missing, malformed, or says nothing of an image.</exception>
    public static IReadOnlyList<IReadOnlyList<Box>> Read(string path, IReadOnlyList<string> ids)
    {
        FileInfo file = new(path);
        if (!file.Exists)
            throw new SpotException($"{path}: no such file of proposals");
        if (file.Length > MaxLength)
            throw new SpotException($"{path}: {file.Length} bytes are more than the {MaxLength} a file of proposals may have");
        byte[] content;
        try
        {
            content = File.ReadAllBytes(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SpotException($"{path}: cannot be read: {failure.Message}", failure);
        }
        return path.EndsWith(".mat", StringComparison.OrdinalIgnoreCase) ? FromMat(content, path, ids)
            : path.EndsWith(".json", StringComparison.OrdinalIgnoreCase) ? FromJson(content, path, ids)
            : throw new SpotException($"{path}: proposals are read from .mat and .json files");
    }

    internal static IReadOnlyList<IReadOnlyList<Box>> FromMat(byte[] content, string path, IReadOnlyList<string> ids)
    {
        IReadOnlyList<MatArray> variables = MatFile.Parse(content, path);
        MatArray boxes = variables.FirstOrDefault(v => v.Name == "boxes" && v.Cells is not null)
            ?? throw new SpotException(
                $"{path}: has no cell 'boxes'; it has "
                + (variables.Count == 0 ? "nothing that can be read" : string.Join(", ", variables.Select(v => v.Name))));
        MatArray? images = variables.FirstOrDefault(v => v.Name == "images" && v.Cells is not null);
        if ((images?.Cells!.Count ?? ids.Count) != boxes.Cells!.Count)
            throw new SpotException(
                $"{path}: boxes of {boxes.Cells.Count} images, but "
                    + $"{(images is null ? $"the split lists {ids.Count}" : $"{images.Cells!.Count} names")}");
        string[] names = images is null ? [.. ids] : [.. images.Cells!.Select(cell => cell.Text)];
        Dictionary<string, int> place = [];
        for (int i = 0; i < names.Length; i++)
            if (!place.TryAdd(names[i], i))
                throw new SpotException($"{path}: image {names[i]} stands there twice");
        return [.. ids.Select(id => place.TryGetValue(id, out int i) ? Rows(boxes.Cells[i], id, path) : throw Missing(path, id))];
    }

    internal static IReadOnlyList<IReadOnlyList<Box>> FromJson(byte[] content, string path, IReadOnlyList<string> ids)
    {
        try
        {
            Dictionary<string, float[][]> lists = JsonSerializer.Deserialize<Dictionary<string,
            float[][]>>(content) ?? throw new SpotException($"{path}: is null, not an object of lists");
            return [.. ids.Select(id => lists.TryGetValue(id, out float[][]? rows) && rows is not null
                ? (IReadOnlyList<Box>)[.. rows.Select(row => row is { Length: 4 }
                    ? Checked(row[0], row[1], row[2], row[3], id, path)
                    : throw new SpotException($"{path}: a box of {id} has {row?.Length ?? 0} numbers, not 4"))]
                : throw Missing(path, id))];
        }
        catch (JsonException malformed)
        {
            throw new SpotException(
                $"{path}: no JSON object with a list of [x1, y1, x2, y2] for each image: {malformed.Message}", malformed);
        }
    }

    private static Box[] Rows(MatArray cell, string id, string path)
    {
        int count = cell.Dimensions[0];
        if (count == 0)
            return [];
        if (cell.Numbers is not { } n || cell.Dimensions is not [_, 4])
            throw new SpotException(
                $"{path}: the boxes of {id} are {string.Join(" x ", cell.Dimensions)}, not rows of 4 numbers");
        return [.. Enumerable.Range(0, count)
            .Select(i => Checked(n[count + i] - 1, n[i] - 1, n[3 * count + i] - 1, n[2 * count + i] - 1, id, path))];
    }

    private static Box Checked(double x1, double y1, double x2, double y2, string id, string path) =>
        double.IsFinite(x1 + y1 + x2 + y2) && x1 >= 0 && y1 >= 0 && x2 >= x1 && y2 >= y1 && x2 < 1e6 && y2 < 1e6
            ? new Box((float)x1, (float)y1, (float)x2, (float)y2)
            : throw new SpotException(string.Create(
                CultureInfo.InvariantCulture,
                $"{path}: a box of {id}, x {x1} to {x2}, y {y1} to {y2} (counted from 0), is inverted or begins outside of the "
                    + $"image"));

    private static SpotException Missing(string path, string id) =>
        new($"{path}: says nothing of image {id}; it must cover the whole split");
}
