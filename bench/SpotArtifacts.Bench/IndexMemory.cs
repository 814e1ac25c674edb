using System.Diagnostics;
using System.Globalization;
using System.Text;
using SpotArtifacts.Images;

namespace SpotArtifacts.Bench;

/// <summary>What the index of very many images costs: a tar of tiny entries is generated, opened and asked for a few.</summary>
internal static class IndexMemory
{
    internal static int Run(string[] args)
    {
        int count = int.Parse(args[0], CultureInfo.InvariantCulture);
        string path = Path.Combine(Path.GetTempPath(), $"spot-bench-{Environment.ProcessId}.tar");
        try
        {
            WriteTar(path, count);
            long before = GC.GetTotalMemory(forceFullCollection: true);
            long start = Stopwatch.GetTimestamp();
            using ImageSet set = ImageSet.Open([path]);
            TimeSpan opening = Stopwatch.GetElapsedTime(start);
            long peak = Process.GetCurrentProcess().PeakWorkingSet64;
            long index = GC.GetTotalMemory(forceFullCollection: true) - before;
            DecodedImages images = new(set, new DecodedImagesOptions { MemoryBudget = 0 });
            for (int i = 0; i < 1000; i++)
                images.Get((int)((long)i * count / 1000), out _);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{count} images: index {(double)index / count:F1} bytes/image, opened in {opening.TotalSeconds:F1} s, peak of "
                    + $"the process {peak >> 20} MiB; last is {set.Name(count - 1)}"));
            return 0;
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>One 2 x 2 picture over and over: a header, one block.</summary>
    private static void WriteTar(string path, int count)
    {
        byte[] picture = "P6 2 2 255\n"u8.ToArray().Concat(new byte[12]).ToArray();
        byte[] entry = new byte[1024];
        picture.CopyTo(entry, 512);
        using FileStream file = new(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 20);
        for (int i = 0; i < count; i++)
        {
            WriteHeader(entry.AsSpan(0, 512), $"{i:D9}.ppm", picture.Length);
            file.Write(entry);
        }
        file.Write(new byte[1024]);
    }

    private static void WriteHeader(Span<byte> header, string name, int length)
    {
        header.Clear();
        Encoding.ASCII.GetBytes(name, header);
        Encoding.ASCII.GetBytes(Convert.ToString(length, 8).PadLeft(11, '0'), header[124..]);
        header[156] = (byte)'0';
        Encoding.ASCII.GetBytes("ustar\0" + "00", header[257..]);
        header.Slice(148, 8).Fill((byte)' ');
        int sum = 0;
        foreach (byte value in header)
            sum += value;
        Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0", header[148..]);
    }
}
