import "@fontsource-variable/inter";
import "./app.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { createBrowserRouter, Navigate, RouterProvider } from "react-router";
import { AccessPage } from "./access/AccessPage.tsx";
import { AuditPage } from "./audit/AuditPage.tsx";
import { EditPage } from "./edit/EditPage.tsx";
import { FindingsPage } from "./findings/FindingsPage.tsx";
import { WorkspaceProvider } from "./organization/context.tsx";
import { Shell } from "./shell/Shell.tsx";
import { Broken, Failed, Loading } from "./shell/States.tsx";

const router = createBrowserRouter([
  {
    element: <Shell />,
    errorElement: <Broken />,
    children: [
      { path: "/", element: <AccessPage /> },
      { path: "/edit", element: <EditPage /> },
      { path: "/audit", element: <AuditPage /> },
      { path: "/findings", element: <FindingsPage /> },
      { path: "*", element: <Navigate to="/" replace /> },
    ],
  },
]);

createRoot(document.getElementById("root") as HTMLElement).render(
  <StrictMode>
    <WorkspaceProvider loading={<Loading />} failed={(error, retry) => <Failed error={error} retry={retry} />}>
      <RouterProvider router={router} />
    </WorkspaceProvider>
  </StrictMode>,
);
