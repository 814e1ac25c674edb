using System.Globalization;
using SpotArtifacts.Images;

namespace SpotArtifacts.Features.Search;

/// <summary>
/// What was searched for and what was found, as a contact sheet: the query, then the images found, most similar first.
/// </summary>
internal static class SearchSheet
{
    private const int Side = 96;

    /// <summary>Draws the sheet.</summary>
    /// <param name="index">Searched; its gallery must still be where it was.</param>
    /// <param name="queries">Name and picture of each query.</param>
    /// <param name="found">What was found for each.</param>
    /// <exception cref="SpotException">The gallery has gone or has changed.</exception>
    public static RgbImage Draw(
        FeatureIndex index, IReadOnlyList<(string Name, RgbImage Image)> queries, IReadOnlyList<IReadOnlyList<SearchHit>> found)
    {
        ArgumentNullException.ThrowIfNull(index);
        ArgumentNullException.ThrowIfNull(queries);
        ArgumentNullException.ThrowIfNull(found);
        using IndexGallery gallery = OpenGallery(index);
        ContactSheet sheet = new();
        for (int i = 0; i < queries.Count; i++)
        {
            string similarities = string.Join(
                ' ', found[i].Select(hit => hit.Similarity.ToString("0.00", CultureInfo.InvariantCulture)));
            sheet.AddRow($"{Path.GetFileName(queries[i].Name)}: {similarities}",
                [DataSheet.Thumbnail(queries[i].Image, Side), .. found[i].Select(hit => Tile(gallery, hit.Row))]);
        }
        return sheet.Render(1);
    }

    private static RgbImage Tile(IndexGallery gallery, int row)
    {
        try
        {
            return DataSheet.Thumbnail(gallery.Load(row, new DecodeTarget(Side, 1, 1)), Side);
        }
        catch (ImageFormatException e)
        {
            throw new SpotException($"{e.Message}; it could be read when the index was made", e);
        }
    }

    private static IndexGallery OpenGallery(FeatureIndex index)
    {
        try
        {
            return IndexGallery.Open(index);
        }
        catch (ImageSetException gone)
        {
            throw new SpotException(
                $"the sheet cannot show the gallery: {gone.Message} Put it back, make the index anew, or leave the sheet out",
                gone);
        }
    }
}
