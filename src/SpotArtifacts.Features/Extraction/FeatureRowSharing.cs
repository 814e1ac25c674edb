using System.Runtime.InteropServices;
using SpotArtifacts.Images;
using SpotArtifacts.Images.Sharing;

namespace SpotArtifacts.Features.Extraction;

/// <summary>Rows of features among processes that share a pass.</summary>
internal static class FeatureRowSharing
{
    /// <summary>The rows of a round of batches, one for each process, in the order of the images.</summary>
    /// <param name="share">The processes.</param>
    /// <param name="mine">Of this one's batch; without images where the last round has none for it.</param>
    /// <param name="images">Where damage that the others have come by is noted.</param>
    internal static IEnumerable<FeatureRows> Exchange(this IWorkShare share, FeatureRows mine, DecodedImages images)
    {
        if (share.Size == 1)
            return [mine];
        (int Index, string Reason)[] damage =
            [.. images.Damage.Where(image => image.Index >= mine.First && image.Index < mine.Next)];
        byte[][] all = share.Gather(WorkShares.Write(writer => Write(writer, mine, damage)));
        List<FeatureRows> rows = [];
        foreach (byte[] bytes in all)
            WorkShares.Read(bytes, reader => rows.Add(Read(reader, images)));
        return rows.Where(part => part.Next > part.First);
    }

    private static void Write(BinaryWriter writer, FeatureRows rows, (int Index, string Reason)[] damage)
    {
        writer.Write(rows.First);
        writer.Write(rows.Next);
        writer.Write(rows.Indices.Count);
        foreach (int index in rows.Indices)
            writer.Write(index);
        writer.Write(rows.Values.Length);
        writer.Write(MemoryMarshal.AsBytes(rows.Values.AsSpan()));
        writer.Write(damage.Length);
        foreach ((int index, string reason) in damage)
        {
            writer.Write(index);
            writer.Write(reason);
        }
    }

    private static FeatureRows Read(BinaryReader reader, DecodedImages images)
    {
        int first = reader.ReadInt32(), next = reader.ReadInt32();
        int[] indices = new int[reader.ReadInt32()];
        for (int i = 0; i < indices.Length; i++)
            indices[i] = reader.ReadInt32();
        float[] values = new float[reader.ReadInt32()];
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()));
        for (int left = reader.ReadInt32(); left > 0; left--)
            images.Note(reader.ReadInt32(), reader.ReadString());
        return new FeatureRows(first, next, indices, values);
    }
}
