using SpotArtifacts.Images.Sharing;

namespace SpotArtifacts.Images.Scanning;

/// <summary>A scan that several processes share: each looks at its images, then all know of all.</summary>
public sealed partial class ImageScan
{
    private const int ThumbnailBytes = 48;

    private void Exchange(IWorkShare share)
    {
        if (share.Size == 1)
            return;
        byte[][] all = share.Gather(WorkShares.Write(writer => WriteOwn(share, writer)));
        for (int rank = 0; rank < share.Size; rank++)
            if (rank != share.Rank)
                WorkShares.Read(all[rank], ReadOthers);
    }

    private void WriteOwn(IWorkShare share, BinaryWriter writer)
    {
        int count = share.CountOf(_set.Count);
        writer.Write(count);
        for (int n = 0; n < count; n++)
        {
            int index = share.ItemOf(n);
            writer.Write(index);
            writer.Write(_damage[index] ?? "");
            if (_damage[index] is not null)
                continue;
            writer.Write(_sizes[index].Width);
            writer.Write(_sizes[index].Height);
            writer.Write((ulong)(_contents[index]!.Value >> 64));
            writer.Write((ulong)_contents[index]!.Value);
            writer.Write(_looks[index]!.Value.Signs);
            writer.Write(_looks[index]!.Value.Thumbnail);
        }
        writer.Write(_stored.Count);
        foreach ((string kind, int images) in _stored)
        {
            writer.Write(kind);
            writer.Write(images);
        }
    }

    private void ReadOthers(BinaryReader reader)
    {
        for (int left = reader.ReadInt32(); left > 0; left--)
        {
            int index = reader.ReadInt32();
            if (reader.ReadString() is { Length: > 0 } damage)
            {
                _damage[index] = damage;
                continue;
            }
            _sizes[index] = (reader.ReadInt32(), reader.ReadInt32());
            ulong upper = reader.ReadUInt64();
            _contents[index] = (Int128)(((UInt128)upper << 64) | reader.ReadUInt64());
            _looks[index] = new PerceptualHash(reader.ReadUInt64(), reader.ReadBytes(ThumbnailBytes));
        }
        for (int left = reader.ReadInt32(); left > 0; left--)
        {
            string kind = reader.ReadString();
            int images = reader.ReadInt32();
            _stored.AddOrUpdate(kind, images, (_, before) => before + images);
        }
    }
}
