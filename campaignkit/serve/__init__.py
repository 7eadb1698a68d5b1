"""What `campaignkit up` starts: JupyterLab on the notebooks and Voila on the dashboards."""
