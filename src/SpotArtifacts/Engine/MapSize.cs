namespace SpotArtifacts.Engine;

/// <summary>Sizes of a map whose channels lie side by side.</summary>
internal readonly record struct MapSize(int Rows, int Columns, int Channels)
{
    /// <summary>Elements of a row.</summary>
    public int Row => Columns * Channels;

    /// <summary>Positions.</summary>
    public int Pixels => Rows * Columns;
}
